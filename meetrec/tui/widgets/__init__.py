"""Widgets: each shows one thing and knows neither disk nor network."""
