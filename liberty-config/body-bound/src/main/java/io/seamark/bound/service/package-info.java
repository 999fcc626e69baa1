/**
 * A part of the Liberty server itself, a feature of its own: {@link
 * io.seamark.bound.service.BodyBound} bounds what the server's own endpoints read.
 */
@NullMarked
package io.seamark.bound.service;

import org.jspecify.annotations.NullMarked;
