"""Checks of a deployed system through AWS's own answers: of the local AWS, or of a real account.

Real account: ``HOLDFAST_DEPLOYED_OUTPUTS=cfn-outputs/flat-outputs.json pipenv run pytest tests/deployed``, with the
credentials of that account in the environment; nothing is changed there.
"""
