"""Control alignment, computed: rules of published packs, applied to a configuration, a plan or a deployed system."""
