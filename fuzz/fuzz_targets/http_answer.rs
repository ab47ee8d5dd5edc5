#![no_main]

#[path = "../src/http_answer.rs"]
mod http_answer;

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    http_answer::http_answer(input);
});
