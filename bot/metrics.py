"""Figures for Prometheus, on a port of this machine alone."""
