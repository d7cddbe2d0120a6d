"""What a screen reader says: every text that appears in a live region of the page, in order."""

from tests.browser.person import Person
from tests.services import wait_until

WATCH = """() => {
  const LIVE = "[aria-live=polite], [aria-live=assertive], [role=status], [role=alert], [role=log], output";
  const heard = (globalThis.heard = []);
  const elementOf = (node) => (node instanceof Element ? node : node.parentElement);
  const isExposed = (element) => {
    const dialog = [...document.querySelectorAll("dialog:modal")].at(-1);
    return element?.checkVisibility() && (!dialog || dialog.contains(element));
  };
  const hear = (node) => {
    const element = elementOf(node);
    const texts = document.createTreeWalker(node, NodeFilter.SHOW_TEXT);
    const parts = node instanceof Text ? [node.data] : [];
    while (texts.nextNode()) parts.push(texts.currentNode.data);
    const text = parts.join(" ").trim().replace(/\\s+/g, " ");
    if (text && isExposed(element)) heard.push(text);
  };
  const look = ({ type, target, addedNodes }) => {
    if (type === "childList") {
      for (const node of addedNodes) {
        const inside = node instanceof Element ? [node, ...node.querySelectorAll(LIVE)] : [];
        if (elementOf(target)?.closest(LIVE)) hear(node);
        else inside.filter((one) => one.matches(LIVE)).forEach(hear);
      }
    } else if (type === "characterData") {
      if (elementOf(target)?.closest(LIVE)) hear(target);
    } else if (!target.hidden) {
      if (target.closest(LIVE)) hear(target);
      else for (const inner of target.querySelectorAll(LIVE)) hear(inner);
    }
  };
  new MutationObserver((changes) => changes.forEach(look)).observe(document, {
    subtree: true, childList: true, characterData: true, attributeFilter: ["hidden"] });
}"""


def listen(who: Person) -> None:
    """Listen from now on; a new page has to be listened to again."""
    who.page.evaluate(WATCH)


def heard(who: Person) -> list[str]:
    """Return what has been said since the last call of `hears`."""
    return list(who.page.evaluate("heard"))


def hears(who: Person, *words: str) -> None:
    """Wait until each of `words` has been said, check that each was said once, and forget everything so far.

    A button of the message may follow its words: "Max raised a hand", *Show*.
    """

    def times(text: str) -> int:
        return sum(each == text or each == f"{text} Show" for each in heard(who))

    wait_until(lambda: all(times(text) for text in words), 15, f"{who.name} hears {words}")
    assert {text: times(text) for text in words} == dict.fromkeys(words, 1), heard(who)
    who.page.evaluate("heard.length = 0")
