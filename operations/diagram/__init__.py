"""The picture of a system, drawn from its synthesized Terraform JSON: what is drawn is what will be deployed."""

from operations.diagram.svg import picture, write

__all__ = ["picture", "write"]
