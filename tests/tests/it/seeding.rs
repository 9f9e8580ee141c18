//! Seed data: the people of `seed/`, and generated crowds. They are consistent, the same in every run, and loaded once.

mod crowds;
mod people;
mod soundness;
