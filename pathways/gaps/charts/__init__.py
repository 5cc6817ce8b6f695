"""Charts of what was told, drawn with matplotlib; see ``specs`` for what goes in.

``inline(chart)`` is the chart for a page (a wide and a narrow drawing, of which the style sheet shows one), ``png_of``
the picture for a PDF, ``words_of`` what a screen reader hears. Pages take ``cache.drawn``, which keeps drawings.
"""
