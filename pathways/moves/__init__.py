"""The verbs of the guided pages (pathways/guided.py): one module for each part of her way.

every        all of them, in the order in which the page of what happened shows them
recording    what they share: the lock, the checks, the facts
labour       admitted in labour
"""
