"""The deployed system as a graph: what Terraform's state names, as AWS itself describes it."""
