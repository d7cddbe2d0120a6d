"""Pages of a list, counted only as far as it matters: counting a large table takes longer than showing a page."""

from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.utils.functional import cached_property

from common.found_first import slice_of

AHEAD = 10  # pages behind the one that is shown


class BoundedPaginator(Paginator):
    """Counts up to `AHEAD` pages behind a page. `has_more`: there are more rows than `count` says."""

    def __init__(self, rows: QuerySet[Any], per_page: int, *, page: int) -> None:
        super().__init__(rows, per_page)
        self._rows = rows
        self._most = min((page + AHEAD) * per_page, 2**31)

    def page(self, number: int | str) -> Page:
        """Return a page."""
        valid = self.validate_number(number)
        bottom = (valid - 1) * self.per_page
        return Page(slice_of(self._rows, bottom, min(bottom + self.per_page, self.count)), valid, self)

    @cached_property
    def count(self) -> int:
        """The number of rows, at most those of the pages that are offered."""
        return min(self._found, self._most)

    @cached_property
    def has_more(self) -> bool:
        """Whether there are more rows."""
        return self._found > self._most

    @cached_property
    def _found(self) -> int:
        return int(self._rows.order_by()[: self._most + 1].count())
