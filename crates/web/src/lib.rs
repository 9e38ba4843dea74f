//! The staff console over the acts: pages, sessions, static files.
