//! Medians and other quantiles.

/// The value that half of them are not above.
pub fn median(values: Vec<f64>) -> f64 {
    quantile(values, 0.5)
}

/// The smallest value that at least `part` of them are not above.
pub fn quantile(mut values: Vec<f64>, part: f64) -> f64 {
    values.sort_by(f64::total_cmp);
    let rank = (values.len() as f64 * part).ceil() as usize;
    values[rank.saturating_sub(1)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quantile_is_a_value_that_is_there() {
        let hundred: Vec<f64> = (1..=100).rev().map(f64::from).collect();
        assert_eq!(quantile(hundred.clone(), 0.99), 99.0);
        assert_eq!(quantile(hundred.clone(), 1.0), 100.0);
        assert_eq!(quantile(hundred.clone(), 0.0), 1.0);
        assert_eq!(median(hundred), 50.0);
        assert_eq!(median(vec![7.0]), 7.0);
        assert_eq!(median(vec![9.0, 1.0, 5.0]), 5.0);
    }
}
