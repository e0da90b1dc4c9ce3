"""One action per function: a request walks in, a page or a redirect walks out. `routes.py` lists them."""
