#include "tests/models/faults.hpp"

#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <unistd.h>

#include <cerrno>

namespace {

tests::Fault planned = tests::Fault::none;
bool counts = false;
int planned_call = 0, planned_error = 0, calls = 0;

// What the call that is being made suffers.
tests::Fault next() {
  if (!counts || ++calls != planned_call) return tests::Fault::none;
  return planned;
}

// Makes the call, unless its fault is to fail or to kill.
template <class Call>
int with_fault(Call call) {
  const tests::Fault fault = next();
  if (fault == tests::Fault::kill) raise(SIGKILL);
  if (fault != tests::Fault::fail) return call();
  errno = planned_error;
  return -1;
}

}  // namespace

namespace tests {

void inject(Fault fault, int n, int error) {
  planned = fault, planned_call = n, planned_error = error, calls = 0, counts = true;
}

int calls_since_inject() {
  counts = false;
  return calls;
}

}  // namespace tests

extern "C" {

int __real_open(const char*, int, ...);
int __real_open64(const char*, int, ...);
ssize_t __real_write(int, const void*, size_t);
int __real_fsync(int);
int __real_fchmod(int, mode_t);
int __real_close(int);
int __real_rename(const char*, const char*);
int __real_unlink(const char*);

int __wrap_open(const char* path, int flags, ...) {
  va_list rest;
  va_start(rest, flags);
  const mode_t mode = flags & O_CREAT ? va_arg(rest, mode_t) : 0;
  va_end(rest);
  return with_fault([&] { return __real_open(path, flags, mode); });
}

int __wrap_open64(const char* path, int flags, ...) {
  va_list rest;
  va_start(rest, flags);
  const mode_t mode = flags & O_CREAT ? va_arg(rest, mode_t) : 0;
  va_end(rest);
  return with_fault([&] { return __real_open64(path, flags, mode); });
}

ssize_t __wrap_write(int file, const void* bytes, size_t size) {
  const tests::Fault fault = next();
  if (fault == tests::Fault::none) return __real_write(file, bytes, size);
  if (fault == tests::Fault::fail) {
    errno = planned_error;
    return -1;
  }
  const ssize_t wrote = __real_write(file, bytes, (size + 1) / 2);
  if (fault == tests::Fault::kill) raise(SIGKILL);
  return wrote;
}

int __wrap_fsync(int file) {
  return with_fault([&] { return __real_fsync(file); });
}
int __wrap_fchmod(int file, mode_t mode) {
  return with_fault([&] { return __real_fchmod(file, mode); });
}
// A close that fails has closed the file all the same.
int __wrap_close(int file) {
  const int result = with_fault([] { return 0; });
  const int error = errno;
  if (__real_close(file) != 0 && result == 0) return -1;
  errno = error;
  return result;
}
int __wrap_rename(const char* from, const char* to) {
  return with_fault([&] { return __real_rename(from, to); });
}
int __wrap_unlink(const char* path) {
  return with_fault([&] { return __real_unlink(path); });
}

}  // extern "C"
