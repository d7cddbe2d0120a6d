"""Template filters of the account pages."""

from django import template

from accounts.browsers import describe

register = template.Library()

register.filter("browser_name", describe)
