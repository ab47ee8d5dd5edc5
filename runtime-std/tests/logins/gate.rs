//! A provider that answers when the test says so.

use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use onerealm_demo_provider::Endpoint;

use crate::caches::KEY;
use crate::support::*;

/// Longer than any deadline here but the patient one.
const HELD: Duration = Duration::from_secs(30);

/// Requests wait while it is closed.
#[derive(Clone, Default)]
pub struct Gate(Arc<(Mutex<bool>, Condvar)>);

impl Gate {
    pub fn close(&self) {
        *self.0.0.lock().unwrap() = true;
    }

    pub fn open(&self) {
        *self.0.0.lock().unwrap() = false;
        self.0.1.notify_all();
    }

    fn pass(&self) {
        let is_closed = self.0.0.lock().unwrap();
        // A test that ends leaves it as it is, and no thread of the provider stays longer.
        drop(self.0.1.wait_timeout_while(is_closed, HELD, |is_closed| *is_closed).unwrap());
    }
}

/// A provider with a gate before one of its endpoints.
pub fn scene_that_hangs(place: Endpoint) -> (Scene, Gate) {
    let gate = Gate::default();
    let its = gate.clone();
    let scene = Scene::bent(move |endpoint, _, answer| {
        if endpoint == place {
            its.pass();
        }
        answer
    });
    scene.configure(KEY);
    (scene, gate)
}
