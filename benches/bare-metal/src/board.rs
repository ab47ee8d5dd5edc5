//! The board: its console, which is the debugger's, and what is measured with it.
//!
//! With `unsafe` in it, as a stack can be painted and looked at in no other way.

#![expect(
    unsafe_code,
    reason = "the stack below the current frame belongs to nobody in the language"
)]

use core::convert::Infallible;
use core::ptr::{read_volatile, write_volatile};

use cortex_m::peripheral::{SYST, syst::SystClkSource};
use cortex_m::register::msp;
use cortex_m_semihosting::{debug, hio};
use rand_core::{TryCryptoRng, TryRng};

/// What is measured, a part at a time.
pub struct Meter {
    clock: SYST,
}

impl Meter {
    /// Takes the board's clock.
    pub fn new() -> Option<Self> {
        let mut clock = cortex_m::Peripherals::take()?.SYST;
        clock.set_clock_source(SystClkSource::Core);
        clock.set_reload(LAST_TICK);
        clock.clear_current();
        clock.enable_counter();
        Some(Meter { clock })
    }

    /// Does `part` and prints its deepest stack and its time.
    // Not inlined, so that what is measured doesn't become part of a larger frame.
    #[inline(never)]
    pub fn measure<T>(&mut self, name: &str, part: impl FnOnce() -> T) -> T {
        paint();
        self.clock.clear_current();
        let begun = SYST::get_current();
        let result = part();
        let ticks = begun.wrapping_sub(SYST::get_current()) & LAST_TICK;
        let stack = deepest();
        print(name);
        print_number(" stack ", stack);
        print_number(" ticks ", ticks);
        print("\n");
        result
    }
}

/// The clock has 24 bits.
const LAST_TICK: u32 = 0x00ff_ffff;

unsafe extern "C" {
    // Of the linker script of cortex-m-rt: the stack grows down from the one to the other.
    static _stack_start: u32;
    static mut _stack_end: u32;
}

const PAINT: u32 = 0xcccc_cccc;

/// Paints the stack from its end to the current frame.
#[inline(never)]
fn paint() {
    let mut place = &raw mut _stack_end;
    while (place as u32) < msp::read() {
        // Safety: below the stack pointer of a function that calls none, and with no interrupts.
        unsafe { write_volatile(place, PAINT) };
        place = place.wrapping_add(1);
    }
}

/// Bytes of stack below which no paint was touched.
#[inline(never)]
fn deepest() -> u32 {
    let start = &raw const _stack_start;
    let mut place = &raw const _stack_end;
    // Safety: all of it is RAM.
    while place < start && unsafe { read_volatile(place) } == PAINT {
        place = place.wrapping_add(1);
    }
    start as u32 - place as u32
}

/// Prints `text` at the debugger.
pub fn print(text: &str) {
    if let Ok(mut host) = hio::hstdout() {
        let _ = host.write_all(text.as_bytes());
    }
}

/// Prints a number in hexadecimal: formatting is large, and would be measured too.
fn print_number(name: &str, number: u32) {
    print(name);
    for shift in (0..8).rev() {
        let digit = match (number >> (4 * shift) & 15) as u8 {
            digit @ 0..=9 => b'0' + digit,
            digit => b'a' + digit - 10,
        };
        print(core::str::from_utf8(&[digit]).unwrap_or_default());
    }
}

/// Ends the emulator: with status 0, or with 1.
pub fn exit(success: bool) -> ! {
    debug::exit(if success { debug::EXIT_SUCCESS } else { debug::EXIT_FAILURE });
    loop {
        cortex_m::asm::nop();
    }
}

/// A random source that counts from zero, so that answers can be made beforehand. A board takes
/// its hardware's.
pub struct Counting(pub u8);

impl TryRng for Counting {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        let mut bytes = [0; 4];
        self.try_fill_bytes(&mut bytes)?;
        Ok(u32::from_le_bytes(bytes))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        let mut bytes = [0; 8];
        self.try_fill_bytes(&mut bytes)?;
        Ok(u64::from_le_bytes(bytes))
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        for byte in bytes {
            *byte = self.0;
            self.0 = self.0.wrapping_add(1);
        }
        Ok(())
    }
}

impl TryCryptoRng for Counting {}

#[cfg(not(feature = "no-panic"))]
#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    print("panicked\n");
    exit(false)
}

/// Calls what is nowhere: an image that has this function in it doesn't link.
#[cfg(feature = "no-panic")]
#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    unsafe extern "C" {
        fn a_panic_can_be_reached() -> !;
    }
    // Safety: never called, as the image is never linked with it.
    unsafe { a_panic_can_be_reached() }
}
