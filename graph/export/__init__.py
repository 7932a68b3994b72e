"""Rings for the tools of analysts: GraphML, FollowTheMoney entities, tables of nodes and edges.

`picture` turns rings into points and links, once; each of the other files writes them in one
format. Without plain values nothing but the keys of registrations leaves the house.
"""
