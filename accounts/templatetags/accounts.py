"""Template filters of the account pages."""

from django import template

from common.user_agents import describe

register = template.Library()

register.filter("browser_name", describe)
