//! The one operation of RSA verification: a power modulo an odd number.
//!
//! Montgomery's method on slices of 32-bit digits, least significant first: one piece of code and
//! one set of buffers for every length of modulus, where number types of fixed sizes come once for
//! each. It takes variable time, and all numbers are public. Nobody has audited it.

use crate::policy::RSA_MODULUS_BITS;

/// Digits of the longest modulus.
const DIGITS: usize = RSA_MODULUS_BITS.end().div_ceil(32);

/// Replaces the big-endian `number` by its power `exponent` modulo `modulus`.
///
/// `None` unless the modulus is odd, within our limits and begins with no zero byte; the number has
/// as many bytes and is below it; and the exponent is odd and at least 3.
pub(super) fn power(number: &mut [u8], exponent: u32, modulus: &[u8]) -> Option<()> {
    let bits = bit_len(modulus)?;
    let len = bits.div_ceil(32);
    let (mut n, mut base, mut power) = ([0; DIGITS], [0; DIGITS], [0; DIGITS]);
    let n = n.get_mut(..len)?;
    let (base, power) = (base.get_mut(..len)?, power.get_mut(..len)?);
    read(n, modulus);
    read(power, number);
    let is_odd = n.first()? & 1 == 1 && exponent & 1 == 1;
    if number.len() != modulus.len() || !is_below(power, n) || !is_odd || exponent < 3 {
        return None;
    }

    let mut modulus = Modulus::new(n, bits)?;
    modulus.square_of_r(base);
    // In Montgomery form; `number` still has the form that is its own.
    copy(base, modulus.product(base, power));
    copy(power, base);
    // From the second bit to the last but one: square, and multiply where the bit is set.
    for bit in (1..exponent.ilog2()).rev() {
        copy(power, modulus.product(power, power));
        if exponent >> bit & 1 == 1 {
            copy(power, modulus.product(power, base));
        }
    }
    // The last bit is set. Multiplying by the number's own form leaves Montgomery form.
    copy(power, modulus.product(power, power));
    read(base, number);
    copy(power, modulus.product(power, base));
    write(number, power);
    Some(())
}

/// The modulus's length in bits, where it is one of ours.
pub(super) fn bit_len(modulus: &[u8]) -> Option<usize> {
    let first = modulus.first().filter(|byte| **byte != 0)?;
    let bits = modulus.len().checked_mul(8)?.checked_sub(first.leading_zeros() as usize)?;
    RSA_MODULUS_BITS.contains(&bits).then_some(bits)
}

/// An odd modulus `n` with what Montgomery's method needs; its `R` is 2^(32 * digits).
struct Modulus<'n> {
    n: &'n [u32],
    bits: usize,
    /// `-1 / n` modulo 2^32.
    inverse: u32,
    /// Where products are made: twice as long as factors.
    product: [u32; 2 * DIGITS],
}

impl<'n> Modulus<'n> {
    fn new(n: &'n [u32], bits: usize) -> Option<Self> {
        let first = *n.first()?;
        // Newton's iteration: an odd number is its own inverse modulo 8, and each step doubles the
        // number of right bits.
        let inverse = (0..4).fold(first, |inverse, _| {
            inverse.wrapping_mul(2_u32.wrapping_sub(first.wrapping_mul(inverse)))
        });
        let product = [0; 2 * DIGITS];
        Some(Modulus { n, bits, inverse: inverse.wrapping_neg(), product })
    }

    /// `x * y / R` modulo `n`, where both are below it.
    fn product(&mut self, x: &[u32], y: &[u32]) -> &[u32] {
        let len = self.n.len();
        self.product.iter_mut().take(2 * len).for_each(|digit| *digit = 0);
        let mut carry = 0;
        for (i, digit) in x.iter().enumerate() {
            let rest = self.product.get_mut(i..).unwrap_or_default();
            let Some((window, [behind, ..])) = rest.split_at_mut_checked(len) else { break };
            // After the second addition the window's first digit is zero, as if divided.
            let first_carry = add_product(window, y, *digit);
            let quotient = window.first().map_or(0, |digit| digit.wrapping_mul(self.inverse));
            let second_carry = add_product(window, self.n, quotient);
            let sum = u64::from(first_carry) + u64::from(second_carry) + carry;
            *behind = sum as u32;
            carry = sum >> 32;
        }
        let product = self.product.get_mut(len..2 * len).unwrap_or_default();
        if carry != 0 || !is_below(product, self.n) {
            subtract(product, self.n);
        }
        product
    }

    /// Writes `R^2` modulo `n`, by which numbers come into Montgomery form.
    fn square_of_r(&mut self, out: &mut [u32]) {
        // The modulus's highest bit alone is below the modulus; doubled so often it is R, and then
        // R * 2^len, the Montgomery form of 2^len.
        let highest = self.bits - 1;
        out.fill(0);
        if let Some(digit) = out.get_mut(highest / 32) {
            *digit = 1 << (highest % 32);
        }
        let len = self.n.len();
        for _ in highest..32 * len + len {
            if double(out) != 0 || !is_below(out, self.n) {
                subtract(out, self.n);
            }
        }
        // Squared five times it is the form of 2^(32 * len), which is R.
        for _ in 0..u32::BITS.ilog2() {
            copy(out, self.product(out, out));
        }
    }
}

/// Adds `x * digit` to `sum`, which is as long as `x`; gives the carry.
fn add_product(sum: &mut [u32], x: &[u32], digit: u32) -> u32 {
    let mut carry = 0;
    for (sum, x) in sum.iter_mut().zip(x) {
        let wide = u64::from(*x) * u64::from(digit) + u64::from(*sum) + u64::from(carry);
        *sum = wide as u32;
        carry = (wide >> 32) as u32;
    }
    carry
}

/// Subtracts `y` from `x`, without the borrow beyond its end.
fn subtract(x: &mut [u32], y: &[u32]) {
    let mut borrow = false;
    for (x, y) in x.iter_mut().zip(y) {
        let (difference, first) = x.overflowing_sub(*y);
        let (difference, second) = difference.overflowing_sub(borrow.into());
        *x = difference;
        borrow = first || second;
    }
}

/// Doubles `x`; gives the bit that no longer fits.
fn double(x: &mut [u32]) -> u32 {
    x.iter_mut().fold(0, |carry, digit| {
        let highest = *digit >> 31;
        *digit = *digit << 1 | carry;
        highest
    })
}

/// Whether `x` is below `y`, which is as long.
fn is_below(x: &[u32], y: &[u32]) -> bool {
    x.iter().rev().lt(y.iter().rev())
}

fn copy(to: &mut [u32], from: &[u32]) {
    to.iter_mut().zip(from).for_each(|(to, from)| *to = *from);
}

fn read(digits: &mut [u32], bytes: &[u8]) {
    digits.fill(0);
    for (digit, bytes) in digits.iter_mut().zip(bytes.rchunks(4)) {
        *digit = bytes.iter().fold(0, |digit, byte| digit << 8 | u32::from(*byte));
    }
}

fn write(bytes: &mut [u8], digits: &[u32]) {
    for (bytes, digit) in bytes.rchunks_mut(4).zip(digits) {
        bytes.iter_mut().rev().zip(digit.to_le_bytes()).for_each(|(to, from)| *to = from);
    }
}

#[cfg(test)]
mod tests {
    use super::power;

    /// The sum of two numbers below `n`, modulo `n`, in bytes: school arithmetic, to compare with.
    fn sum(x: &[u8], y: &[u8], n: &[u8]) -> Vec<u8> {
        let mut carry = 0;
        let mut sum: Vec<u8> = vec![0; n.len()];
        for i in (0..n.len()).rev() {
            let digit = u16::from(x[i]) + u16::from(y[i]) + carry;
            (sum[i], carry) = (digit as u8, digit >> 8);
        }
        if carry == 1 || sum.as_slice() >= n {
            let mut borrow = 0;
            for i in (0..n.len()).rev() {
                let digit = 0x100 + i16::from(sum[i]) - i16::from(n[i]) - borrow;
                (sum[i], borrow) = (digit as u8, i16::from(digit < 0x100));
            }
        }
        sum
    }

    fn product(x: &[u8], y: &[u8], n: &[u8]) -> Vec<u8> {
        let bits = y.iter().flat_map(|byte| (0..8).rev().map(move |bit| byte >> bit & 1 == 1));
        bits.fold(vec![0; n.len()], |product, bit| {
            let doubled = sum(&product, &product, n);
            if bit { sum(&doubled, x, n) } else { doubled }
        })
    }

    /// `x` to the power of `e`, as many multiplications as bits of it.
    fn slow_power(x: &[u8], e: u32, n: &[u8]) -> Vec<u8> {
        (0..e.ilog2()).rev().fold(x.to_vec(), |power, bit| {
            let square = product(&power, &power, n);
            if e >> bit & 1 == 1 { product(&square, x, n) } else { square }
        })
    }

    fn random(len: usize) -> Vec<u8> {
        let mut bytes = vec![0; len];
        getrandom::fill(&mut bytes).unwrap();
        bytes
    }

    #[test]
    fn powers_are_those_of_school_arithmetic_for_every_length_of_modulus() {
        for bits in [2048, 2049, 2055, 2056, 2057, 2079, 2080, 2081, 3072, 3333, 4095, 4096] {
            // Slow arithmetic: long exponents for one length each.
            let long = match bits {
                2048 => Some(65_537),
                2081 => Some(0xffff_fffb),
                _ => None,
            };
            for (i, e) in [3, 5, 17].into_iter().chain(long).enumerate() {
                let mut n = random(usize::div_ceil(bits, 8));
                let last = n.len() - 1;
                if i == 1 {
                    // Every digit as large as it can be, where carries are longest.
                    n.fill(0xff);
                }
                n[0] = n[0] & (0xff >> (8 * n.len() - bits)) | 1 << ((bits - 1) % 8);
                n[last] |= 1;
                let mut largest = n.clone();
                largest[last] -= 1;
                let mut x = random(n.len());
                x[0] %= n[0];
                let one = [vec![0; last], vec![1]].concat();
                for x in if e < 17 { vec![x, largest, one, vec![0; n.len()]] } else { vec![x] } {
                    let mut computed = x.clone();
                    assert_eq!(power(&mut computed, e, &n), Some(()), "{bits} {e}");
                    assert_eq!(computed, slow_power(&x, e, &n), "{bits} {e} {n:x?} {x:x?}");
                }
            }
        }
    }

    #[test]
    fn what_is_no_signature_or_no_key_has_no_power() {
        let n = vec![0xff; 256];
        let power = |number: &[u8], e, n: &[u8]| power(&mut number.to_vec(), e, n);
        let (two, above) = ([vec![0; 255], vec![2]].concat(), [vec![0; 256], vec![2]].concat());
        assert!(power(&two, 3, &n).is_some());
        // Not below the modulus, of another length, or nothing.
        for number in [n.as_slice(), &above, &two[1..], &[]] {
            assert!(power(number, 3, &n).is_none(), "{number:x?}");
        }
        for e in [0, 1, 2, 4, 65_536] {
            assert!(power(&two, e, &n).is_none(), "{e}");
        }
        let even = [vec![0xff; 255], vec![0xfe]].concat();
        let longer = [vec![1], vec![0xff; 512]].concat();
        let padded = [vec![0], vec![0xff; 256]].concat();
        let shorter = [vec![0x7f], vec![0xff; 255]].concat();
        for n in [even, longer, padded, shorter, vec![], vec![3]] {
            let number = vec![0; n.len()];
            assert!(power(&number, 3, &n).is_none(), "{n:x?}");
        }
    }
}
