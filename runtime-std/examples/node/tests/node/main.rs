//! The node, a provider that behaves like Entra ID, and browsers and tools that come to it.

mod api;
mod pages;
mod scene;
mod tokens;
