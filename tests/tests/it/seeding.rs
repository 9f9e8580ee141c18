//! Data to look at: the people of `seed/`, and made-up crowds. That it is sound, the same everywhere, and loaded once.

mod crowds;
mod people;
mod soundness;
