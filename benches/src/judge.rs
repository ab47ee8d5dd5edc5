//! What ours may take at most: what does not depend on the machine's speed.

use crate::row::Row;

/// A line for each figure of the row that is above what it may be.
pub fn excesses(row: &Row) -> Vec<String> {
    let mut lines = Vec::new();
    let mut compare = |what: &str, is: u64, most: u64| {
        if is > most {
            lines.push(format!("{}: {is} {what} where {most} are the most", row.case));
        }
    };
    if let (Some(is), Some(most)) = (row.allocations, row.most.allocations) {
        compare("allocations", is, most);
    }
    if let (Some(is), Some(most)) = (row.exchanges, row.most.exchanges) {
        compare("requests", is.requests as u64, most.requests as u64);
        compare("handshakes", is.handshakes as u64, most.handshakes as u64);
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exchanges::{Exchanges, Most};

    fn excesses_of(allocations: u64, requests: usize, handshakes: usize) -> Vec<String> {
        let most = Most {
            allocations: Some(0),
            exchanges: Some(Exchanges { requests: 2, handshakes: 1 }),
        };
        let exchanges = Some(Exchanges { requests, handshakes });
        let allocations = Some(allocations);
        excesses(&Row { case: "c".to_owned(), allocations, exchanges, most, ..Row::default() })
    }

    #[test]
    fn what_is_at_its_most_is_well() {
        assert!(excesses_of(0, 2, 1).is_empty());
        assert!(excesses_of(0, 0, 0).is_empty());
    }

    #[test]
    fn whatever_is_above_its_most_is_told() {
        assert_eq!(excesses_of(1, 2, 1), ["c: 1 allocations where 0 are the most"]);
        assert_eq!(excesses_of(0, 3, 1), ["c: 3 requests where 2 are the most"]);
        assert_eq!(excesses_of(0, 2, 2), ["c: 2 handshakes where 1 are the most"]);
        assert_eq!(excesses_of(3, 4, 5).len(), 3);
    }

    #[test]
    fn what_has_no_most_is_not_judged() {
        let row = Row { allocations: Some(80), ..Row::default() };
        assert!(excesses(&row).is_empty());
    }
}
