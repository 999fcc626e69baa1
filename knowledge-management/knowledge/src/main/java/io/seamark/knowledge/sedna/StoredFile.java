package io.seamark.knowledge.sedna;

/**
 * What is known of a file.
 *
 * @param sha256 its digest
 * @param bytes its size
 * @param stored when it came, in ISO 8601, UTC
 * @param client the address that it came from
 * @param uploads how many files of this name have come, this one included: above 1 it took the
 *     place of another
 */
public record StoredFile(String sha256, long bytes, String stored, String client, long uploads) {}
