//! Counts what is in the warehouse, from lines such as `bolt 120`.

use std::collections::HashMap;

/// How many of each article there are.
#[derive(Debug, Default)]
pub struct Inventory {
    counts: HashMap<String, u32>,
}

impl Inventory {
    /// Reads one line of a delivery note.
    pub fn receive(&mut self, line: &str) {
        let mut parts = line.split_whitespace();
        let article = parts.next().unwrap();
        let count: u32 = parts.next().unwrap().parse().unwrap();
        *self.counts.entry(article.to_string()).or_insert(0) += count;
    }

    /// Takes articles out for an order.
    pub fn take(&mut self, article: &str, count: u32) -> bool {
        let left = self.counts.get(article).copied().unwrap_or(0);
        if left >= count {
            self.counts.insert(article.to_string(), left - count);
            return true;
        }
        false
    }

    /// The articles of which there are fewer than `least`.
    pub fn low(&self, least: u32) -> Vec<&str> {
        let mut low = Vec::new();
        for (article, count) in &self.counts {
            if *count < least {
                low.push(article.as_str());
            }
        }
        low.sort();
        low
    }
}
