package io.seamark.buffer.format;

/**
 * Where a record is said to be, and how that is confirmed.
 *
 * @param sequence its number in the log
 * @param at where its record batch message starts in the file
 * @param length of the message in bytes
 * @param crc CRC-32C of the message
 */
record RecordPlace(long sequence, long at, int length, int crc) {}
