"""Which module imports which, as the source says. Imports inside functions and those for types count, too."""

import ast
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

Graph = Mapping[str, Mapping[str, set[str]]]  # importer → imported module → the names it takes from there


def read_graph(root: Path, packages: Sequence[str]) -> Graph:
    """Return the imports between all modules of these packages."""
    paths = {_name(root, path): path for package in packages for path in sorted((root / package).rglob("*.py"))}
    return {name: _imports(name, path, paths) for name, path in paths.items()}


def layer_of(module: str, layers: Sequence[Sequence[str]]) -> int | None:
    """Return the layer that names the module or the nearest package around it, counted from below."""
    places = {prefix: level for level, layer in enumerate(layers) for prefix in layer}
    parts = module.split(".")
    around = (".".join(parts[:length]) for length in range(len(parts), 0, -1))
    return next((places[prefix] for prefix in around if prefix in places), None)


def upward(graph: Graph, layers: Sequence[Sequence[str]]) -> Iterator[str]:
    """Yield the imports from a layer above, and the modules that are in no layer."""
    for importer, targets in graph.items():
        level = layer_of(importer, layers)
        if level is None:
            yield f"{importer} is in no layer"
            continue
        for target in targets:
            if level < (layer_of(target, layers) or 0):
                yield f"{importer} -> {target}"


def circles(graph: Graph) -> list[list[str]]:
    """Return the sets of modules that import each other (strongly connected components, Tarjan 1972)."""
    found: list[list[str]] = []
    index: dict[str, int] = {}
    lowest: dict[str, int] = {}
    stack: list[str] = []

    def visit(module: str) -> None:
        index[module] = lowest[module] = len(index)
        stack.append(module)
        for target in graph.get(module, {}):
            if target not in index:
                visit(target)
                lowest[module] = min(lowest[module], lowest[target])
            elif target in stack:
                lowest[module] = min(lowest[module], index[target])
        if lowest[module] == index[module]:
            start = stack.index(module)
            if len(stack) - start > 1:
                found.append(sorted(stack[start:]))
            del stack[start:]

    for module in graph:
        if module not in index:
            visit(module)
    return found


def ties(graph: Graph, circle: Sequence[str]) -> list[str]:
    """Return a line for each import inside a circle, with the names that tie its modules."""
    inside = [(module, target, names) for module in circle for target, names in graph[module].items()]
    return [f"{module} -> {target}: {', '.join(sorted(names))}" for module, target, names in inside if target in circle]


def _name(root: Path, path: Path) -> str:
    parts = path.relative_to(root).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _imports(module: str, path: Path, modules: Mapping[str, Path]) -> dict[str, set[str]]:
    package = module if path.name == "__init__.py" else module.rpartition(".")[0]
    targets: dict[str, set[str]] = {}
    for target, name in _imported(ast.parse(path.read_text()), package):
        if f"{target}.{name}" in modules:
            target = f"{target}.{name}"
        if target in modules and target != module:
            targets.setdefault(target, set()).add(name)
    return targets


def _imported(tree: ast.Module, package: str) -> Iterator[tuple[str, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            around = package.split(".")[: len(package.split(".")) + 1 - node.level] if node.level else []
            target = ".".join([*around, *([node.module] if node.module else [])])
            yield from ((target, alias.name) for alias in node.names)
