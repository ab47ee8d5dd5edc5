//! A provider's metadata: checked as JSON, and read.

use std::hint::black_box;

use criterion::{Criterion, Throughput};
use onerealm_benches::{DISCOVERY, ISSUER, ok_json};
use onerealm_core::wire::Json;
use onerealm_core::{DiscoveryRequest, Issuer};
use openidconnect::core::CoreProviderMetadata;
use serde::de::IgnoredAny;

pub fn check(c: &mut Criterion) {
    let mut group = c.benchmark_group("json");
    group.throughput(Throughput::Bytes(DISCOVERY.len() as u64));
    group.bench_function("onerealm", |b| {
        b.iter(|| Json::parse(black_box(DISCOVERY.as_bytes())).unwrap())
    });
    // Neither looks for members given twice. The first builds nothing, as ours doesn't.
    group.bench_function("serde_json, ignored", |b| {
        b.iter(|| serde_json::from_slice::<IgnoredAny>(black_box(DISCOVERY.as_bytes())).unwrap());
    });
    group.bench_function("serde_json, Value", |b| {
        b.iter(|| {
            serde_json::from_slice::<serde_json::Value>(black_box(DISCOVERY.as_bytes())).unwrap()
        });
    });
}

pub fn metadata(c: &mut Criterion) {
    let mut group = c.benchmark_group("metadata");
    group.throughput(Throughput::Bytes(DISCOVERY.len() as u64));
    let discovery = DiscoveryRequest::new(Issuer::parse(ISSUER).unwrap());
    group.bench_function("onerealm", |b| {
        b.iter(|| discovery.response(ok_json(black_box(DISCOVERY))).unwrap());
    });
    // It reads all of the members, ours those that a login needs.
    group.bench_function("openidconnect", |b| {
        b.iter(|| {
            serde_json::from_slice::<CoreProviderMetadata>(black_box(DISCOVERY.as_bytes())).unwrap()
        });
    });
}
