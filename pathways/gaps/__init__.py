"""Where care breaks between sites: measures, counted in cells, told in blocks, shown without showing anybody."""
