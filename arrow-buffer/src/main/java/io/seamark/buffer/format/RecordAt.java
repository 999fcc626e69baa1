package io.seamark.buffer.format;

/**
 * Where a record is, and what the index knows of it.
 *
 * @param sequence its number in the log
 * @param at where its record batch message starts in the file
 * @param length of the message in bytes
 * @param crc CRC-32C of the message
 * @param entry what the index keeps of it
 */
record RecordAt<E>(long sequence, long at, int length, int crc, E entry) {}
