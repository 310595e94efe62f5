"""How the providers fare, from our own calls: up, slow, or down since a moment."""
