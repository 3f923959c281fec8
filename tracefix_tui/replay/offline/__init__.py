"""The offline model: answers by extracting sentences from the request, with no key, no network and no weights.

It is a real, small reader and shown as one: what it says depends on the documents, the question and the instructions it
is given, so a changed prompt changes its answer for a reason. It knows nothing that is not in the request.
"""
