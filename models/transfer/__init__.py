"""Tables in and out: column specs, streaming writers, a careful reader, and the judged import."""
