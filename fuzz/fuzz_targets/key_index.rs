#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    onerealm_fuzz::key_index(input);
});
