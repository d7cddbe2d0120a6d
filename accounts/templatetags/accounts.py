"""Template filters of the account pages."""

from django import template

from ..browsers import describe

register = template.Library()

register.filter("browser_name", describe)
