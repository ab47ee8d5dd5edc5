//! Many logins: while documents expire, and by many threads at once.

use std::time::Duration;

use onerealm_benches_today::{Figures, processor_time};

use super::parent::Relying;
use super::provider::Provider;
use crate::machine::Busy;
use crate::row::{Compared, Row, Section, Shown};
use crate::statistics::quantile;
use crate::workload::Algorithm;

pub fn rows() -> Vec<Row> {
    // Its signatures take a tenth of RSA's, so that the provider doesn't have the processors for itself.
    let provider = Provider::start(Algorithm::EdDsa);
    let parties = Relying::new(&provider, None);
    let mut rows = vec![while_documents_expire(&parties)];
    rows.extend(by_threads(&parties));
    rows
}

/// An hour in which documents live for ten minutes is run through 75 times as fast, with a login each two seconds of it;
/// the provider takes its 200 ms. The limit is the same where no document expires.
fn while_documents_expire(parties: &Relying<'_>) -> Row {
    const HOUR: Duration = Duration::from_secs(48);
    const LIFETIME: Duration = Duration::from_secs(8);
    const PAUSE: Duration = Duration::from_millis(100);
    const THREADS: u128 = 4;
    let expiring = |lifetime: Duration, length: Duration| {
        let [pause, lifetime, length] = [PAUSE, lifetime, length].map(|time| time.as_millis());
        let logins = parties.crowd([THREADS, pause, lifetime, length]).logins;
        quantile(logins.iter().map(|login| login.wall).collect(), 0.99)
    };
    parties.provider.take_for_documents(Duration::from_millis(200));
    let ours = expiring(LIFETIME, HOUR);
    let limit = Some(expiring(Duration::from_secs(3600), HOUR / 4));
    parties.provider.take_for_documents(Duration::ZERO);
    Row {
        section: Section::Crowds,
        case: "p99 of logins while documents expire, each fetch 200 ms: elapsed time".to_owned(),
        compared: Some(Compared { ours, limit, peers: Vec::new() }),
        ..Row::default()
    }
}

/// With a provider that takes 20 ms for a token response. The limit is what they wait for, or where that is longer, the
/// processor time that one login of one thread takes of this machine, the provider's included.
fn by_threads(parties: &Relying<'_>) -> Vec<Row> {
    const WAIT: Duration = Duration::from_millis(20);
    const LENGTH: Duration = Duration::from_secs(3);
    parties.provider.take_for_tokens(WAIT);
    let mut rows = Vec::new();
    let mut of_one = None;
    for threads in [1_u128, 4, 16, 32, 64, 128, 256, 512] {
        let (before, mine) = (Busy::now(), processor_time());
        let Figures { logins, .. } = parties.crowd([threads, 0, 3_600_000, LENGTH.as_millis()]);
        let mine = (processor_time() - mine) as f64;
        let busy = Busy::now().since(&before);
        let number = logins.len() as f64;
        let theirs = logins[0].processor;
        // The provider also served logins that warmed up.
        let warm = LENGTH.as_secs_f64() / (LENGTH.as_secs_f64() + 1.5);
        let together = theirs + mine * warm / number;
        let of_one = *of_one.get_or_insert(together);
        let waiting = WAIT.as_nanos() as f64 / threads as f64;
        let limit = waiting.max(of_one / crate::machine::processors() as f64);
        rows.push(Row {
            section: Section::Crowds,
            case: format!("logins by {threads} threads, 20 ms at the provider"),
            shown: Shown::Rate,
            compared: Some(Compared {
                ours: LENGTH.as_nanos() as f64 / number,
                limit: Some(limit),
                peers: Vec::new(),
            }),
            remark: Some(format!(
                "processors: {:.0} % busy; a login: {:.0} us of ours, {:.0} us of the provider",
                busy * 100.0,
                theirs / 1e3,
                (together - theirs) / 1e3,
            )),
            ..Row::default()
        });
    }
    parties.provider.take_for_tokens(Duration::ZERO);
    rows
}
