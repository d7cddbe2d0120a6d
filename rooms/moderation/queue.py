"""The queue of reports: the gravest first, and of equally grave ones the oldest."""

from django.db.models import Case, IntegerField, QuerySet, Value, When

from .models import Category, Report

# What can cost a life or the safety of a child comes first; what is unknown before what is only annoying.
GRAVEST_FIRST = (
    Category.CHILDREN,
    Category.HARASSMENT,
    Category.SEXUAL,
    Category.HATE,
    Category.FRAUD,
    Category.OTHER,
    Category.DISRUPTION,
)
# Of these the pages say what to do at once: for the first always, for the second if the words are a threat.
DANGER, PERHAPS_DANGER = Category.CHILDREN, Category.HARASSMENT

GRAVITY = Case(
    *(When(category=category, then=Value(rank)) for rank, category in enumerate(GRAVEST_FIRST)),
    default=Value(len(GRAVEST_FIRST)),
    output_field=IntegerField(),
)
QUEUE_ORDER = (GRAVITY.asc(), "created_at", "pk")


def open_reports() -> QuerySet[Report]:
    """Return the reports that are not resolved, in the order in which to read them."""
    return Report.objects.filter(resolved_at__isnull=True).order_by(*QUEUE_ORDER)
