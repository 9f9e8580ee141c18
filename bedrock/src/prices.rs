//! The prices of tokens.

use std::collections::BTreeMap;

use crate::Usage;

/// The price of a model's tokens, in micro-dollars for a million tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Price {
    /// The price of input tokens.
    pub input: u64,
    /// The price of output tokens.
    pub output: u64,
}

impl Price {
    /// Fills in the cost of this usage, rounded up. A token read from the cache costs a tenth of an input token; a
    /// token written to it costs a quarter more than one.
    #[must_use]
    pub fn cost(self, usage: Usage) -> Usage {
        let weighed = [(usage.input_tokens, 100), (usage.cache_read_tokens, 10), (usage.cache_write_tokens, 125)];
        let sent: u128 = weighed.into_iter().map(|(tokens, weight)| u128::from(tokens) * weight).sum();
        let hundredths =
            sent * u128::from(self.input) + u128::from(usage.output_tokens) * 100 * u128::from(self.output);
        let cost_micros = i64::try_from(hundredths.div_ceil(100_000_000)).unwrap_or(i64::MAX);
        Usage { cost_micros, ..usage }
    }
}

/// The prices of all models.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prices {
    default: Price,
    models: BTreeMap<String, Price>,
}

impl Default for Prices {
    fn default() -> Self {
        Self { default: Price { input: 3_000_000, output: 15_000_000 }, models: BTreeMap::new() }
    }
}

impl Prices {
    /// The price of this model.
    #[must_use]
    pub fn of(&self, model_id: &str) -> Price {
        self.models.get(model_id).copied().unwrap_or(self.default)
    }

    /// Parses `3/15,some.model=15/75`: dollars for a million input and output tokens.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let mut prices = Self::default();
        for part in text.split(',') {
            let (model, price) = part.rsplit_once('=').map_or((None, part), |(model, price)| (Some(model), price));
            let (input, output) = price.split_once('/')?;
            let price = Price { input: micros(input)?, output: micros(output)? };
            match model {
                Some(model) => drop(prices.models.insert(model.trim().to_owned(), price)),
                None => prices.default = price,
            }
        }
        Some(prices)
    }
}

/// Converts dollars with up to six decimals to micro-dollars.
fn micros(dollars: &str) -> Option<u64> {
    let (whole, decimals) = dollars.trim().split_once('.').unwrap_or((dollars.trim(), ""));
    let digits = |text: &str| text.len() <= 6 && text.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty() || !digits(whole) || !digits(decimals) {
        return None;
    }
    format!("{whole}{decimals:0<6}").parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_million_tokens_cost_the_price_and_fractions_are_rounded_up() {
        let price = Prices::default().of("any");
        let used = |input_tokens, output_tokens, cache_read_tokens, cache_write_tokens| {
            let usage =
                Usage { input_tokens, output_tokens, cache_read_tokens, cache_write_tokens, ..Usage::default() };
            price.cost(usage).cost_micros
        };
        assert_eq!(used(1_000_000, 0, 0, 0), 3_000_000);
        assert_eq!(used(0, 1_000_000, 0, 0), 15_000_000);
        assert_eq!(used(0, 0, 1_000_000, 0), 300_000);
        assert_eq!(used(0, 0, 0, 1_000_000), 3_750_000);
        assert_eq!(used(0, 0, 1, 0), 1);
        assert_eq!(used(0, 0, 0, 0), 0);
    }

    #[test]
    fn sums_and_costs_of_absurd_numbers_stop_at_the_largest_number() {
        let (most, dearest) = (u32::MAX, Price { input: u64::MAX, output: u64::MAX });
        let tokens = Usage {
            input_tokens: most,
            output_tokens: most,
            cache_read_tokens: most,
            cache_write_tokens: most,
            ..Usage::default()
        };
        let mut usage = dearest.cost(tokens);
        assert_eq!((usage.total_tokens(), usage.sent_tokens(), usage.cost_micros), (most, most, i64::MAX));
        usage.add(usage);
        assert_eq!(usage, dearest.cost(tokens));
    }
}
