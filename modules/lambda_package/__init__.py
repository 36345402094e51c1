"""Deployment packages of Lambda functions that come out the same on every machine."""

from modules.lambda_package.package import Package, build

__all__ = ["Package", "build"]
