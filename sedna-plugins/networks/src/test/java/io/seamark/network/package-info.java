/** Tests of the network descriptions and of the weights' files. */
@org.jspecify.annotations.NullMarked
package io.seamark.network;
