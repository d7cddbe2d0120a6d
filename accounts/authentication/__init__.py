"""How a person is signed in: what their session has shown, how long it lasts, and the secrets of their factors."""
