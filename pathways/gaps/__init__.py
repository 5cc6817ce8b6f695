"""Where care breaks between sites: numbers for those who run services, who must not see whom it broke for."""
