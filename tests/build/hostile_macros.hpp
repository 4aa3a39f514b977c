// SPDX-License-Identifier: Apache-2.0
// Macros that real projects have defined by the time they include the library.
#ifndef INLONG_TESTS_BUILD_HOSTILE_MACROS_HPP
#define INLONG_TESTS_BUILD_HOSTILE_MACROS_HPP

#undef assert
#undef linux
#undef major
#undef minor
#undef unix

// <windows.h>
#define ABSOLUTE 1
#define BOOL int
#define CALLBACK __stdcall
#define CONST const
#define DELETE (0x00010000L)
#define DIFFERENCE 11
#define DOMAIN 1
#define ERROR 0
#define FALSE 0
#define FAR
#define IGNORE 0
#define IN
#define INFINITE 0xFFFFFFFF
#define NEAR
#define NO_ERROR 0L
#define OPTIONAL
#define OUT
#define OVERFLOW 3
#define RELATIVE 1
#define STRICT 1
#define TEXT(quote) L##quote
#define THIS
#define TRUE 1
#define UNDERFLOW 4
#define VOID void
#define far
#define hyper __int64
#define interface struct
#define max(a, b) (((a) > (b)) ? (a) : (b))
#define min(a, b) (((a) < (b)) ? (a) : (b))
#define near
#define small char

// X11
#define Always 2
#define Bool int
#define False 0
#define None 0L
#define Status int
#define Success 0
#define True 1
#define Unsorted 0

// Qt
#define emit
#define forever for (;;)
#define signals public
#define slots

// macOS, Unreal Engine and others
#define NO 0
#define YES 1
#define assert(condition) ((void)0)
#define check(condition) ((void)0)
#define debug(format) ((void)0)
#define nil 0
#define require(condition, label) ((void)0)
#define verify(condition) ((void)0)

// Compilers in their GNU mode, <sys/sysmacros.h>
#define linux 1
#define major(device) gnu_dev_major(device)
#define minor(device) gnu_dev_minor(device)
#define sun 1
#define unix 1

// Arduino, microcontroller SDKs
#define BIT(index) (1UL << (index))
#define DEFAULT 1
#define DISABLE 0
#define ENABLE 1
#define EXTERNAL 0
#define F(text) (text)
#define HIGH 1
#define INPUT 0
#define INTERNAL 3
#define LOW 0
#define OK 0
#define OUTPUT 1
#define abs(x) ((x) > 0 ? (x) : -(x))
#define bit(index) (1UL << (index))
#define round(x) ((long)((x) + 0.5))
#define word(...) make_word(__VA_ARGS__)

#endif
