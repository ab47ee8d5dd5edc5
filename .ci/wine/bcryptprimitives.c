/* The one function of a Windows library that wine 8 lacks: programs in Rust take random bytes from it. */
#include <windows.h>
#include <ntsecapi.h>

__declspec(dllexport) BOOL WINAPI ProcessPrng(PBYTE data, SIZE_T length) {
  while (length > 0) {
    ULONG piece = length < 0x10000000 ? (ULONG)length : 0x10000000;
    if (!RtlGenRandom(data, piece)) return FALSE;
    data += piece;
    length -= piece;
  }
  return TRUE;
}
