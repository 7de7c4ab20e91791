"""Arithmetic of waiting: Erlang, chat, backlog; arrays in, arrays out."""
