"""Release: several flows go live together, tried out before and watched afterwards, or all of them go back.

`run` takes a release through its stages, each of which is one module; `prepare` decides beforehand what it would do.
Everything that is written to a flow is a small plan that `workflows.apply` carries out: there is no second writer.
"""
