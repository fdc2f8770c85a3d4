"""The Flow definition as a language: parsing, canonical form, digests, checks, comparison. Pure: values in, values out.

It knows widgets and transitions, and nothing of manifests, Studio's API or state.
"""
