#![no_main]

#[path = "../src/listener_request.rs"]
mod listener_request;

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    listener_request::listener_request(input);
});
