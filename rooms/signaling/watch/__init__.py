"""Open dashboards: what goes on in the rooms of an account, for people who are not in a call."""
