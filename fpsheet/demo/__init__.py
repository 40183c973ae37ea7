"""The demo country: fictional citizens and their cases, a pure function of a seed."""
