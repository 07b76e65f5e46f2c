// Generated from schemas/ and subjects/ by scripts/generate-contracts.ts. Do not edit.

export const SCHEMAS = {
  "abort-multipart-upload.reply.v1": {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "urn:predastore:schema:abort-multipart-upload.reply.v1",
    "title": "io.predastore.s3.v1.AbortMultipartUploadReply",
    "type": "object",
    "additionalProperties": false,
    "properties": {}
  },
  "abort-multipart-upload.request.v1": {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "urn:predastore:schema:abort-multipart-upload.request.v1",
    "title": "io.predastore.s3.v1.AbortMultipartUploadRequest",
    "type": "object",
    "additionalProperties": false,
    "required": [
      "Bucket",
      "Key",
      "UploadId"
    ],
    "properties": {
      "Bucket": {
        "type": "string",
        "minLength": 1,
        "maxLength": 255
      },
      "Key": {
        "type": "string",
        "minLength": 1,
        "maxLength": 16384
      },
      "UploadId": {
        "type": "string",
        "minLength": 1,
        "maxLength": 1024
      },
      "IfMatchInitiatedTime": {
        "type": "string",
        "minLength": 1,
        "maxLength": 64
      },
      "ExpectedBucketOwner": {
        "type": "string",
        "maxLength": 64
      }
    }
  },
  "accept-header.v1": {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "urn:predastore:schema:accept-header.v1",
    "title": "io.predastore.s3.v1.AcceptHeader",
    "type": "object",
    "additionalProperties": false,
    "required": [
      "v"
    ],
    "properties": {
      "v": {
        "type": "integer",
        "minimum": 1,
        "maximum": 1
      },
      "stream": {
        "type": "boolean"
      },
      "alive": {
        "type": "integer",
        "minimum": 1,
        "maximum": 600000
      },
      "local": {
        "type": "string",
        "maxLength": 64
      },
      "quic": {
        "type": "string",
        "pattern": "^[0-9a-f]{64}$",
        "maxLength": 64
      }
    }
  },
  "admin-maintenance.reply.v1": {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "urn:predastore:schema:admin-maintenance.reply.v1",
    "title": "io.predastore.s3.v1.AdminMaintenanceReply",
    "type": "object",
    "additionalProperties": false,
    "required": [
      "node_id",
      "repair",
      "scrub",
      "orphans"
    ],
    "properties": {
      "node_id": {
        "type": "string",
        "maxLength": 255
      },
      "repair": {
        "type": "object",
        "additionalProperties": false,
        "required": [
          "running",
          "rebuilt_shards",
          "rebuilt_bytes",
          "failures",
          "journal_paid",
          "journal_postponed",
          "sweep_blobs",
          "sweep_lost",
          "sweep_owed",
          "sweep_failed",
          "sweep_completed"
        ],
        "properties": {
          "running": {
            "type": "boolean"
          },
          "rebuilt_shards": {
            "type": "integer",
            "minimum": 0,
            "maximum": 9007199254740991
          },
          "rebuilt_bytes": {
            "type": "integer",
            "minimum": 0,
            "maximum": 9007199254740991
          },
          "failures": {
            "type": "integer",
            "minimum": 0,
            "maximum": 9007199254740991
          },
          "journal_paid": {
            "type": "integer",
            "minimum": 0,
            "maximum": 9007199254740991
          },
          "journal_postponed": {
            "type": "integer",
            "minimum": 0,
            "maximum": 9007199254740991
          },
          "sweep_blobs": {
            "type": "integer",
            "minimum": 0,
            "maximum": 9007199254740991
          },
          "sweep_lost": {
            "type": "integer",
            "minimum": 0,
            "maximum": 9007199254740991
          },
          "sweep_owed": {
            "type": "integer",
            "minimum": 0,
            "maximum": 9007199254740991
          },
          "sweep_failed": {
            "type": "integer",
            "minimum": 0,
            "maximum": 9007199254740991
          },
          "sweep_completed": {
            "type": "string",
            "maxLength": 64
          },
          "sweep_total": {
            "type": "integer",
            "minimum": 0,
            "maximum": 9007199254740991
          },
          "sweep_moving": {
            "type": "integer",
            "minimum": 0,
            "maximum": 9007199254740991
          },
          "eta_seconds": {
            "type": "integer",
            "minimum": 0,
            "maximum": 9007199254740991
          },
          "moved_shards": {
            "type": "integer",
            "minimum": 0,
            "maximum": 9007199254740991
          },
          "moved_bytes": {
            "type": "integer",
            "minimum": 0,
            "maximum": 9007199254740991
          }
        }
      },
      "scrub": {
        "type": "object",
        "additionalProperties": false,
        "required": [
          "running",
          "shards",
          "shards_in_store",
          "damaged",
          "bytes_per_second",
          "started",
          "completed"
        ],
        "properties": {
          "running": {
            "type": "boolean"
          },
          "shards": {
            "type": "integer",
            "minimum": 0,
            "maximum": 9007199254740991
          },
          "shards_in_store": {
            "type": "integer",
            "minimum": 0,
            "maximum": 9007199254740991
          },
          "damaged": {
            "type": "integer",
            "minimum": 0,
            "maximum": 9007199254740991
          },
          "bytes_per_second": {
            "type": "number",
            "minimum": 0,
            "maximum": 9007199254740991
          },
          "started": {
            "type": "string",
            "maxLength": 64
          },
          "completed": {
            "type": "string",
            "maxLength": 64
          }
        }
      },
      "orphans": {
        "type": "object",
        "additionalProperties": false,
        "required": [
          "running",
          "shards",
          "suspects",
          "collected",
          "held",
          "completed"
        ],
        "properties": {
          "running": {
            "type": "boolean"
          },
          "shards": {
            "type": "integer",
            "minimum": 0,
            "maximum": 9007199254740991
          },
          "suspects": {
            "type": "integer",
            "minimum": 0,
            "maximum": 9007199254740991
          },
          "collected": {
            "type": "integer",
            "minimum": 0,
            "maximum": 9007199254740991
          },
          "held": {
            "type": "string",
            "maxLength": 1024
          },
          "completed": {
            "type": "string",
            "maxLength": 64
          }
        }
      },
      "lifecycle": {
        "type": "object",
        "additionalProperties": false,
        "required": [
          "running",
          "examined",
          "expired",
          "marked",
          "noncurrent",
          "markers",
          "uploads",
          "passed_over",
          "holder",
          "held",
          "completed"
        ],
        "properties": {
          "running": {
            "type": "boolean"
          },
          "examined": {
            "type": "integer",
            "minimum": 0,
            "maximum": 9007199254740991
          },
          "expired": {
            "type": "integer",
            "minimum": 0,
            "maximum": 9007199254740991
          },
          "marked": {
            "type": "integer",
            "minimum": 0,
            "maximum": 9007199254740991
          },
          "noncurrent": {
            "type": "integer",
            "minimum": 0,
            "maximum": 9007199254740991
          },
          "markers": {
            "type": "integer",
            "minimum": 0,
            "maximum": 9007199254740991
          },
          "uploads": {
            "type": "integer",
            "minimum": 0,
            "maximum": 9007199254740991
          },
          "passed_over": {
            "type": "integer",
            "minimum": 0,
            "maximum": 9007199254740991
          },
          "holder": {
            "type": "string",
            "maxLength": 64
          },
          "held": {
            "type": "string",
            "maxLength": 1024
          },
          "completed": {
            "type": "string",
            "maxLength": 64
          }
        }
      },
      "copies": {
        "type": "object",
        "additionalProperties": false,
        "required": [
          "running",
          "kept",
          "newest",
          "applied",
          "records",
          "failures",
          "held"
        ],
        "properties": {
          "running": {
            "type": "boolean"
          },
          "kept": {
            "type": "integer",
            "minimum": 0,
            "maximum": 9007199254740991
          },
          "newest": {
            "type": "string",
            "maxLength": 64
          },
          "applied": {
            "type": "integer",
            "minimum": 0,
            "maximum": 9007199254740991
          },
          "records": {
            "type": "integer",
            "minimum": 0,
            "maximum": 9007199254740991
          },
          "failures": {
            "type": "integer",
            "minimum": 0,
            "maximum": 9007199254740991
          },
          "held": {
            "type": "string",
            "maxLength": 1024
          }
        }
      }
    }
  },
  "admin-maintenance.request.v1": {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "urn:predastore:schema:admin-maintenance.request.v1",
    "title": "io.predastore.s3.v1.AdminMaintenanceRequest",
    "type": "object",
    "additionalProperties": false,
    "properties": {
      "start": {
        "type": "string",
        "enum": [
          "repair",
          "scrub",
          "orphans",
          "lifecycle",
          "copies"
        ]
      },
      "accept": {
        "type": "boolean"
      }
    }
  },
  "admin-membership.reply.v1": {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "urn:predastore:schema:admin-membership.reply.v1",
    "title": "io.predastore.s3.v1.AdminMembershipReply",
    "type": "object",
    "additionalProperties": false,
    "required": [
      "epoch",
      "source",
      "changed",
      "nodes"
    ],
    "properties": {
      "epoch": {
        "type": "integer",
        "minimum": 0,
        "maximum": 9007199254740991
      },
      "source": {
        "type": "string",
        "enum": [
          "configuration",
          "metadata"
        ]
      },
      "changed": {
        "type": "string",
        "maxLength": 64
      },
      "nodes": {
        "type": "array",
        "maxItems": 65535,
        "items": {
          "type": "object",
          "additionalProperties": false,
          "required": [
            "node",
            "state",
            "weight",
            "domain",
            "since",
            "address"
          ],
          "properties": {
            "node": {
              "type": "integer",
              "minimum": 1,
              "maximum": 65535
            },
            "state": {
              "type": "string",
              "enum": [
                "active",
                "draining",
                "outside"
              ]
            },
            "weight": {
              "type": "number",
              "minimum": 0,
              "maximum": 9007199254740991
            },
            "domain": {
              "type": "string",
              "maxLength": 255
            },
            "since": {
              "type": "integer",
              "minimum": 0,
              "maximum": 9007199254740991
            },
            "address": {
              "type": "string",
              "maxLength": 255
            },
            "shards": {
              "type": "integer",
              "minimum": 0,
              "maximum": 9007199254740991
            }
          }
        }
      }
    }
  },
  "admin-membership.request.v1": {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "urn:predastore:schema:admin-membership.request.v1",
    "title": "io.predastore.s3.v1.AdminMembershipRequest",
    "type": "object",
    "additionalProperties": false,
    "properties": {
      "action": {
        "type": "string",
        "enum": [
          "add",
          "drain",
          "remove",
          "accept"
        ]
      },
      "node": {
        "type": "integer",
        "minimum": 1,
        "maximum": 65535
      },
      "weight": {
        "type": "number",
        "minimum": 0.01,
        "maximum": 64
      },
      "domain": {
        "type": "string",
        "minLength": 1,
        "maxLength": 255
      },
      "force": {
        "type": "boolean"
      },
      "count": {
        "type": "boolean"
      }
    }
  },
  "admin-status.reply.v1": {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "urn:predastore:schema:admin-status.reply.v1",
    "title": "io.predastore.s3.v1.AdminStatusReply",
    "type": "object",
    "additionalProperties": false,
    "required": [
      "node_id",
      "state",
      "leader",
      "leader_addr",
      "term",
      "commit_index",
      "applied_index",
      "is_leader"
    ],
    "properties": {
      "node_id": {
        "type": "string",
        "maxLength": 255
      },
      "state": {
        "type": "string",
        "maxLength": 255
      },
      "leader": {
        "type": "string",
        "maxLength": 255
      },
      "leader_addr": {
        "type": "string",
        "maxLength": 255
      },
      "term": {
        "type": "string",
        "maxLength": 255
      },
      "commit_index": {
        "type": "string",
        "maxLength": 255
      },
      "applied_index": {
        "type": "string",
        "maxLength": 255
      },
      "is_leader": {
        "type": "boolean"
      },
      "objects": {
        "type": "integer",
        "minimum": 0,
        "maximum": 9007199254740991
      },
      "buckets": {
        "type": "integer",
        "minimum": 0,
        "maximum": 9007199254740991
      },
      "version": {
        "type": "string",
        "maxLength": 255
      }
    }
  },
  "admin-status.request.v1": {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "urn:predastore:schema:admin-status.request.v1",
    "title": "io.predastore.s3.v1.AdminStatusRequest",
    "type": "object",
    "additionalProperties": false,
    "properties": {}
  },
  "body-header.v1": {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "urn:predastore:schema:body-header.v1",
    "title": "io.predastore.s3.v1.BodyHeader",
    "type": "object",
    "additionalProperties": false,
    "required": [
      "v",
      "kind",
      "length"
    ],
    "properties": {
      "v": {
        "type": "integer",
        "minimum": 1,
        "maximum": 1
      },
      "kind": {
        "type": "string",
        "enum": [
          "inline",
          "stream",
          "local"
        ]
      },
      "length": {
        "type": "integer",
        "minimum": 0,
        "maximum": 9007199254740991
      },
      "ack": {
        "type": "string",
        "maxLength": 512
      },
      "chunk": {
        "type": "integer",
        "minimum": 1024,
        "maximum": 1048576
      },
      "window": {
        "type": "integer",
        "minimum": 1,
        "maximum": 64
      },
      "token": {
        "type": "string",
        "maxLength": 64
      },
      "quic": {
        "type": "object",
        "additionalProperties": false,
        "required": [
          "address",
          "peer",
          "ticket"
        ],
        "properties": {
          "address": {
            "type": "string",
            "maxLength": 300
          },
          "peer": {
            "type": "string",
            "pattern": "^[0-9a-f]{64}$",
            "maxLength": 64
          },
          "ticket": {
            "type": "string",
            "pattern": "^[A-Za-z0-9_-]{43}$",
            "maxLength": 43
          }
        }
      }
    }
  },
  "complete-multipart-upload.reply.v1": {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "urn:predastore:schema:complete-multipart-upload.reply.v1",
    "title": "io.predastore.s3.v1.CompleteMultipartUploadReply",
    "type": "object",
    "additionalProperties": false,
    "required": [
      "Location",
      "Bucket",
      "Key",
      "ETag"
    ],
    "properties": {
      "Location": {
        "type": "string",
        "maxLength": 32768
      },
      "Bucket": {
        "type": "string",
        "minLength": 1,
        "maxLength": 255
      },
      "Key": {
        "type": "string",
        "minLength": 1,
        "maxLength": 16384
      },
      "ETag": {
        "type": "string",
        "minLength": 2,
        "maxLength": 128
      },
      "ChecksumCRC32": {
        "type": "string",
        "maxLength": 128
      },
      "ChecksumCRC32C": {
        "type": "string",
        "maxLength": 128
      },
      "ChecksumCRC64NVME": {
        "type": "string",
        "maxLength": 128
      },
      "ChecksumSHA1": {
        "type": "string",
        "maxLength": 128
      },
      "ChecksumSHA256": {
        "type": "string",
        "maxLength": 128
      },
      "ChecksumSHA512": {
        "type": "string",
        "maxLength": 128
      },
      "ChecksumMD5": {
        "type": "string",
        "maxLength": 128
      },
      "ChecksumXXHASH64": {
        "type": "string",
        "maxLength": 128
      },
      "ChecksumXXHASH3": {
        "type": "string",
        "maxLength": 128
      },
      "ChecksumXXHASH128": {
        "type": "string",
        "maxLength": 128
      },
      "ChecksumType": {
        "type": "string",
        "enum": [
          "FULL_OBJECT",
          "COMPOSITE"
        ]
      },
      "VersionId": {
        "type": "string",
        "minLength": 1,
        "maxLength": 1024
      },
      "Expiration": {
        "type": "string",
        "maxLength": 4096
      },
      "SSECustomerAlgorithm": {
        "type": "string",
        "enum": [
          "AES256"
        ]
      }
    }
  },
  "complete-multipart-upload.request.v1": {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "urn:predastore:schema:complete-multipart-upload.request.v1",
    "title": "io.predastore.s3.v1.CompleteMultipartUploadRequest",
    "type": "object",
    "additionalProperties": false,
    "required": [
      "Bucket",
      "Key",
      "UploadId"
    ],
    "properties": {
      "Bucket": {
        "type": "string",
        "minLength": 1,
        "maxLength": 255
      },
      "Key": {
        "type": "string",
        "minLength": 1,
        "maxLength": 16384
      },
      "UploadId": {
        "type": "string",
        "minLength": 1,
        "maxLength": 1024
      },
      "MultipartUpload": {
        "type": "object",
        "additionalProperties": false,
        "properties": {
          "Parts": {
            "type": "array",
            "maxItems": 10000,
            "items": {
              "type": "object",
              "additionalProperties": false,
              "required": [
                "PartNumber",
                "ETag"
              ],
              "properties": {
                "PartNumber": {
                  "type": "integer",
                  "minimum": -2147483648,
                  "maximum": 2147483647
                },
                "ETag": {
                  "type": "string",
                  "minLength": 1,
                  "maxLength": 256
                },
                "ChecksumCRC32": {
                  "type": "string",
                  "maxLength": 128
                },
                "ChecksumCRC32C": {
                  "type": "string",
                  "maxLength": 128
                },
                "ChecksumCRC64NVME": {
                  "type": "string",
                  "maxLength": 128
                },
                "ChecksumSHA1": {
                  "type": "string",
                  "maxLength": 128
                },
                "ChecksumSHA256": {
                  "type": "string",
                  "maxLength": 128
                },
                "ChecksumSHA512": {
                  "type": "string",
                  "maxLength": 128
                },
                "ChecksumMD5": {
                  "type": "string",
                  "maxLength": 128
                },
                "ChecksumXXHASH64": {
                  "type": "string",
                  "maxLength": 128
                },
                "ChecksumXXHASH3": {
                  "type": "string",
                  "maxLength": 128
                },
                "ChecksumXXHASH128": {
                  "type": "string",
                  "maxLength": 128
                }
              }
            }
          }
        }
      },
      "ChecksumCRC32": {
        "type": "string",
        "maxLength": 128
      },
      "ChecksumCRC32C": {
        "type": "string",
        "maxLength": 128
      },
      "ChecksumCRC64NVME": {
        "type": "string",
        "maxLength": 128
      },
      "ChecksumSHA1": {
        "type": "string",
        "maxLength": 128
      },
      "ChecksumSHA256": {
        "type": "string",
        "maxLength": 128
      },
      "ChecksumSHA512": {
        "type": "string",
        "maxLength": 128
      },
      "ChecksumMD5": {
        "type": "string",
        "maxLength": 128
      },
      "ChecksumXXHASH64": {
        "type": "string",
        "maxLength": 128
      },
      "ChecksumXXHASH3": {
        "type": "string",
        "maxLength": 128
      },
      "ChecksumXXHASH128": {
        "type": "string",
        "maxLength": 128
      },
      "ChecksumType": {
        "type": "string",
        "enum": [
          "FULL_OBJECT",
          "COMPOSITE"
        ]
      },
      "MpuObjectSize": {
        "type": "integer",
        "minimum": 0,
        "maximum": 9007199254740991
      },
      "IfMatch": {
        "type": "string",
        "minLength": 1,
        "maxLength": 8192
      },
      "IfNoneMatch": {
        "type": "string",
        "minLength": 1,
        "maxLength": 8192
      },
      "ExpectedBucketOwner": {
        "type": "string",
        "maxLength": 64
      },
      "SSECustomerAlgorithm": {
        "type": "string",
        "maxLength": 64
      },
      "SSECustomerKey": {
        "type": "string",
        "maxLength": 128
      },
      "SSECustomerKeyMD5": {
        "type": "string",
        "maxLength": 64
      }
    }
  },
  "copy-object.reply.v1": {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "urn:predastore:schema:copy-object.reply.v1",
    "title": "io.predastore.s3.v1.CopyObjectReply",
    "type": "object",
    "additionalProperties": false,
    "required": [
      "CopyObjectResult"
    ],
    "properties": {
      "CopyObjectResult": {
        "type": "object",
        "additionalProperties": false,
        "required": [
          "ETag",
          "LastModified"
        ],
        "properties": {
          "ETag": {
            "type": "string",
            "minLength": 2,
            "maxLength": 128
          },
          "LastModified": {
            "type": "string",
            "minLength": 20,
            "maxLength": 64
          },
          "ChecksumCRC32": {
            "type": "string",
            "maxLength": 128
          },
          "ChecksumCRC32C": {
            "type": "string",
            "maxLength": 128
          },
          "ChecksumCRC64NVME": {
            "type": "string",
            "maxLength": 128
          },
          "ChecksumSHA1": {
            "type": "string",
            "maxLength": 128
          },
          "ChecksumSHA256": {
            "type": "string",
            "maxLength": 128
          },
          "ChecksumSHA512": {
            "type": "string",
            "maxLength": 128
          },
          "ChecksumMD5": {
            "type": "string",
            "maxLength": 128
          },
          "ChecksumXXHASH64": {
            "type": "string",
            "maxLength": 128
          },
          "ChecksumXXHASH3": {
            "type": "string",
            "maxLength": 128
          },
          "ChecksumXXHASH128": {
            "type": "string",
            "maxLength": 128
          },
          "ChecksumType": {
            "type": "string",
            "enum": [
              "FULL_OBJECT",
              "COMPOSITE"
            ]
          }
        }
      },
      "VersionId": {
        "type": "string",
        "minLength": 1,
        "maxLength": 1024
      },
      "CopySourceVersionId": {
        "type": "string",
        "minLength": 1,
        "maxLength": 1024
      },
      "Expiration": {
        "type": "string",
        "maxLength": 4096
      },
      "SSECustomerAlgorithm": {
        "type": "string",
        "enum": [
          "AES256"
        ]
      },
      "SSECustomerKeyMD5": {
        "type": "string",
        "maxLength": 64
      }
    }
  },
  "copy-object.request.v1": {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "urn:predastore:schema:copy-object.request.v1",
    "title": "io.predastore.s3.v1.CopyObjectRequest",
    "type": "object",
    "additionalProperties": false,
    "required": [
      "Bucket",
      "Key",
      "CopySource"
    ],
    "properties": {
      "Bucket": {
        "type": "string",
        "minLength": 1,
        "maxLength": 255
      },
      "Key": {
        "type": "string",
        "minLength": 1,
        "maxLength": 16384
      },
      "CopySource": {
        "type": "string",
        "minLength": 3,
        "maxLength": 16384
      },
      "CopySourceIfMatch": {
        "type": "string",
        "minLength": 1,
        "maxLength": 8192
      },
      "CopySourceIfNoneMatch": {
        "type": "string",
        "minLength": 1,
        "maxLength": 8192
      },
      "CopySourceIfModifiedSince": {
        "type": "string",
        "minLength": 1,
        "maxLength": 64
      },
      "CopySourceIfUnmodifiedSince": {
        "type": "string",
        "minLength": 1,
        "maxLength": 64
      },
      "MetadataDirective": {
        "type": "string",
        "enum": [
          "COPY",
          "REPLACE"
        ]
      },
      "ContentType": {
        "type": "string",
        "maxLength": 8192,
        "pattern": "^[^\\u0000-\\u0008\\u000a-\\u001f\\u007f]*$"
      },
      "CacheControl": {
        "type": "string",
        "maxLength": 8192,
        "pattern": "^[^\\u0000-\\u0008\\u000a-\\u001f\\u007f]*$"
      },
      "ContentDisposition": {
        "type": "string",
        "maxLength": 8192,
        "pattern": "^[^\\u0000-\\u0008\\u000a-\\u001f\\u007f]*$"
      },
      "ContentEncoding": {
        "type": "string",
        "maxLength": 8192,
        "pattern": "^[^\\u0000-\\u0008\\u000a-\\u001f\\u007f]*$"
      },
      "ContentLanguage": {
        "type": "string",
        "maxLength": 8192,
        "pattern": "^[^\\u0000-\\u0008\\u000a-\\u001f\\u007f]*$"
      },
      "Expires": {
        "type": "string",
        "maxLength": 8192,
        "pattern": "^[^\\u0000-\\u0008\\u000a-\\u001f\\u007f]*$"
      },
      "Metadata": {
        "type": "object",
        "maxProperties": 1024,
        "propertyNames": {
          "type": "string",
          "minLength": 1,
          "maxLength": 2048,
          "pattern": "^[!#$%&'*+.^_`|~0-9A-Za-z-]+$"
        },
        "additionalProperties": {
          "type": "string",
          "maxLength": 16384,
          "pattern": "^[^\\u0000-\\u0008\\u000a-\\u001f\\u007f]*$"
        }
      },
      "ChecksumAlgorithm": {
        "type": "string",
        "enum": [
          "CRC32",
          "CRC32C",
          "CRC64NVME",
          "SHA1",
          "SHA256",
          "SHA512",
          "MD5",
          "XXHASH64",
          "XXHASH3",
          "XXHASH128"
        ]
      },
      "IfMatch": {
        "type": "string",
        "minLength": 1,
        "maxLength": 8192
      },
      "IfNoneMatch": {
        "type": "string",
        "minLength": 1,
        "maxLength": 8192
      },
      "TaggingDirective": {
        "type": "string",
        "enum": [
          "COPY",
          "REPLACE"
        ]
      },
      "Tagging": {
        "type": "string",
        "minLength": 0,
        "maxLength": 8192
      },
      "ExpectedSourceBucketOwner": {
        "type": "string",
        "maxLength": 64
      },
      "ACL": {
        "type": "string",
        "maxLength": 64
      },
      "GrantFullControl": {
        "type": "string",
        "maxLength": 4096
      },
      "GrantRead": {
        "type": "string",
        "maxLength": 4096
      },
      "GrantReadACP": {
        "type": "string",
        "maxLength": 4096
      },
      "GrantWrite": {
        "type": "string",
        "maxLength": 4096
      },
      "GrantWriteACP": {
        "type": "string",
        "maxLength": 4096
      },
      "ObjectLockMode": {
        "type": "string",
        "maxLength": 64
      },
      "ObjectLockRetainUntilDate": {
        "type": "string",
        "maxLength": 64
      },
      "ObjectLockLegalHoldStatus": {
        "type": "string",
        "maxLength": 64
      },
      "ExpectedBucketOwner": {
        "type": "string",
        "maxLength": 64
      },
      "ServerSideEncryption": {
        "type": "string",
        "maxLength": 64
      },
      "SSEKMSKeyId": {
        "type": "string",
        "maxLength": 2048
      },
      "SSECustomerAlgorithm": {
        "type": "string",
        "maxLength": 64
      },
      "SSECustomerKey": {
        "type": "string",
        "maxLength": 128
      },
      "SSECustomerKeyMD5": {
        "type": "string",
        "maxLength": 64
      },
      "CopySourceSSECustomerAlgorithm": {
        "type": "string",
        "maxLength": 64
      },
      "CopySourceSSECustomerKey": {
        "type": "string",
        "maxLength": 128
      },
      "CopySourceSSECustomerKeyMD5": {
        "type": "string",
        "maxLength": 64
      },
      "StorageClass": {
        "type": "string",
        "maxLength": 64
      },
      "WebsiteRedirectLocation": {
        "type": "string",
        "maxLength": 2048
      }
    }
  },
  "create-bucket.reply.v1": {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "urn:predastore:schema:create-bucket.reply.v1",
    "title": "io.predastore.s3.v1.CreateBucketReply",
    "type": "object",
    "additionalProperties": false,
    "required": [
      "Location"
    ],
    "properties": {
      "Location": {
        "type": "string",
        "minLength": 1,
        "maxLength": 256
      },
      "BucketArn": {
        "type": "string",
        "maxLength": 256
      }
    }
  },
  "create-bucket.request.v1": {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "urn:predastore:schema:create-bucket.request.v1",
    "title": "io.predastore.s3.v1.CreateBucketRequest",
    "type": "object",
    "additionalProperties": false,
    "required": [
      "Bucket"
    ],
    "properties": {
      "Bucket": {
        "type": "string",
        "minLength": 1,
        "maxLength": 255
      },
      "CreateBucketConfiguration": {
        "type": "object",
        "additionalProperties": false,
        "properties": {
          "LocationConstraint": {
            "type": "string",
            "maxLength": 64
          },
          "Tags": {
            "type": "array",
            "maxItems": 1000,
            "items": {
              "type": "object",
              "additionalProperties": false,
              "required": [
                "Key",
                "Value"
              ],
              "properties": {
                "Key": {
                  "type": "string",
                  "maxLength": 1024
                },
                "Value": {
                  "type": "string",
                  "maxLength": 1024
                }
              }
            }
          }
        }
      },
      "ACL": {
        "type": "string",
        "maxLength": 64
      },
      "GrantFullControl": {
        "type": "string",
        "maxLength": 4096
      },
      "GrantRead": {
        "type": "string",
        "maxLength": 4096
      },
      "GrantReadACP": {
        "type": "string",
        "maxLength": 4096
      },
      "GrantWrite": {
        "type": "string",
        "maxLength": 4096
      },
      "GrantWriteACP": {
        "type": "string",
        "maxLength": 4096
      },
      "ObjectOwnership": {
        "type": "string",
        "enum": [
          "BucketOwnerEnforced",
          "BucketOwnerPreferred",
          "ObjectWriter"
        ]
      },
      "ObjectLockEnabledForBucket": {
        "type": "boolean"
      }
    }
  },
  "create-multipart-upload.reply.v1": {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "urn:predastore:schema:create-multipart-upload.reply.v1",
    "title": "io.predastore.s3.v1.CreateMultipartUploadReply",
    "type": "object",
    "additionalProperties": false,
    "required": [
      "Bucket",
      "Key",
      "UploadId"
    ],
    "properties": {
      "Bucket": {
        "type": "string",
        "minLength": 1,
        "maxLength": 255
      },
      "Key": {
        "type": "string",
        "minLength": 1,
        "maxLength": 16384
      },
      "UploadId": {
        "type": "string",
        "minLength": 1,
        "maxLength": 1024
      },
      "ChecksumAlgorithm": {
        "type": "string",
        "enum": [
          "CRC32",
          "CRC32C",
          "CRC64NVME",
          "SHA1",
          "SHA256",
          "SHA512",
          "MD5",
          "XXHASH64",
          "XXHASH3",
          "XXHASH128"
        ]
      },
      "ChecksumType": {
        "type": "string",
        "enum": [
          "FULL_OBJECT",
          "COMPOSITE"
        ]
      },
      "AbortDate": {
        "type": "string",
        "maxLength": 64
      },
      "AbortRuleId": {
        "type": "string",
        "maxLength": 1024
      },
      "SSECustomerAlgorithm": {
        "type": "string",
        "enum": [
          "AES256"
        ]
      },
      "SSECustomerKeyMD5": {
        "type": "string",
        "maxLength": 64
      }
    }
  },
  "create-multipart-upload.request.v1": {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "urn:predastore:schema:create-multipart-upload.request.v1",
    "title": "io.predastore.s3.v1.CreateMultipartUploadRequest",
    "type": "object",
    "additionalProperties": false,
    "required": [
      "Bucket",
      "Key"
    ],
    "properties": {
      "Bucket": {
        "type": "string",
        "minLength": 1,
        "maxLength": 255
      },
      "Key": {
        "type": "string",
        "minLength": 1,
        "maxLength": 16384
      },
      "ContentType": {
        "type": "string",
        "maxLength": 8192,
        "pattern": "^[^\\u0000-\\u0008\\u000a-\\u001f\\u007f]*$"
      },
      "CacheControl": {
        "type": "string",
        "maxLength": 8192,
        "pattern": "^[^\\u0000-\\u0008\\u000a-\\u001f\\u007f]*$"
      },
      "ContentDisposition": {
        "type": "string",
        "maxLength": 8192,
        "pattern": "^[^\\u0000-\\u0008\\u000a-\\u001f\\u007f]*$"
      },
      "ContentEncoding": {
        "type": "string",
        "maxLength": 8192,
        "pattern": "^[^\\u0000-\\u0008\\u000a-\\u001f\\u007f]*$"
      },
      "ContentLanguage": {
        "type": "string",
        "maxLength": 8192,
        "pattern": "^[^\\u0000-\\u0008\\u000a-\\u001f\\u007f]*$"
      },
      "Expires": {
        "type": "string",
        "maxLength": 8192,
        "pattern": "^[^\\u0000-\\u0008\\u000a-\\u001f\\u007f]*$"
      },
      "Metadata": {
        "type": "object",
        "maxProperties": 1024,
        "propertyNames": {
          "type": "string",
          "minLength": 1,
          "maxLength": 2048,
          "pattern": "^[!#$%&'*+.^_`|~0-9A-Za-z-]+$"
        },
        "additionalProperties": {
          "type": "string",
          "maxLength": 16384,
          "pattern": "^[^\\u0000-\\u0008\\u000a-\\u001f\\u007f]*$"
        }
      },
      "ChecksumAlgorithm": {
        "type": "string",
        "enum": [
          "CRC32",
          "CRC32C",
          "CRC64NVME",
          "SHA1",
          "SHA256",
          "SHA512",
          "MD5",
          "XXHASH64",
          "XXHASH3",
          "XXHASH128"
        ]
      },
      "ChecksumType": {
        "type": "string",
        "enum": [
          "FULL_OBJECT",
          "COMPOSITE"
        ]
      },
      "ACL": {
        "type": "string",
        "maxLength": 64
      },
      "GrantFullControl": {
        "type": "string",
        "maxLength": 4096
      },
      "GrantRead": {
        "type": "string",
        "maxLength": 4096
      },
      "GrantReadACP": {
        "type": "string",
        "maxLength": 4096
      },
      "GrantWrite": {
        "type": "string",
        "maxLength": 4096
      },
      "GrantWriteACP": {
        "type": "string",
        "maxLength": 4096
      },
      "Tagging": {
        "type": "string",
        "minLength": 0,
        "maxLength": 8192
      },
      "ObjectLockMode": {
        "type": "string",
        "maxLength": 64
      },
      "ObjectLockRetainUntilDate": {
        "type": "string",
        "maxLength": 64
      },
      "ObjectLockLegalHoldStatus": {
        "type": "string",
        "maxLength": 64
      },
      "ExpectedBucketOwner": {
        "type": "string",
        "maxLength": 64
      },
      "ServerSideEncryption": {
        "type": "string",
        "maxLength": 64
      },
      "SSEKMSKeyId": {
        "type": "string",
        "maxLength": 2048
      },
      "SSECustomerAlgorithm": {
        "type": "string",
        "maxLength": 64
      },
      "SSECustomerKey": {
        "type": "string",
        "maxLength": 128
      },
      "SSECustomerKeyMD5": {
        "type": "string",
        "maxLength": 64
      },
      "StorageClass": {
        "type": "string",
        "maxLength": 64
      },
      "WebsiteRedirectLocation": {
        "type": "string",
        "maxLength": 2048
      }
    }
  },
  "delete-bucket-cors.reply.v1": {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "urn:predastore:schema:delete-bucket-cors.reply.v1",
    "title": "io.predastore.s3.v1.DeleteBucketCorsReply",
    "type": "object",
    "additionalProperties": false,
    "properties": {}
  },
  "delete-bucket-cors.request.v1": {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "urn:predastore:schema:delete-bucket-cors.request.v1",
    "title": "io.predastore.s3.v1.DeleteBucketCorsRequest",
    "type": "object",
    "additionalProperties": false,
    "required": [
      "Bucket"
    ],
    "properties": {
      "Bucket": {
        "type": "string",
        "minLength": 1,
        "maxLength": 255
      },
      "ExpectedBucketOwner": {
        "type": "string",
        "maxLength": 64
      }
    }
  },
  "delete-bucket-encryption.reply.v1": {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "urn:predastore:schema:delete-bucket-encryption.reply.v1",
    "title": "io.predastore.s3.v1.DeleteBucketEncryptionReply",
    "type": "object",
    "additionalProperties": false,
    "properties": {}
  },
  "delete-bucket-encryption.request.v1": {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "urn:predastore:schema:delete-bucket-encryption.request.v1",
    "title": "io.predastore.s3.v1.DeleteBucketEncryptionRequest",
    "type": "object",
    "additionalProperties": false,
    "required": [
      "Bucket"
    ],
    "properties": {
      "Bucket": {
        "type": "string",
        "minLength": 1,
        "maxLength": 255
      },
      "ExpectedBucketOwner": {
        "type": "string",
        "maxLength": 64
      }
    }
  },
  "delete-bucket-lifecycle.reply.v1": {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "urn:predastore:schema:delete-bucket-lifecycle.reply.v1",
    "title": "io.predastore.s3.v1.DeleteBucketLifecycleReply",
    "type": "object",
    "additionalProperties": false,
    "properties": {}
  },
  "delete-bucket-lifecycle.request.v1": {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "urn:predastore:schema:delete-bucket-lifecycle.request.v1",
    "title": "io.predastore.s3.v1.DeleteBucketLifecycleRequest",
    "type": "object",
    "additionalProperties": false,
    "required": [
      "Bucket"
    ],
    "properties": {
      "Bucket": {
        "type": "string",
        "minLength": 1,
        "maxLength": 255
      },
      "ExpectedBucketOwner": {
        "type": "string",
        "maxLength": 64
      }
    }
  },
  "delete-bucket-ownership-controls.reply.v1": {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "urn:predastore:schema:delete-bucket-ownership-controls.reply.v1",
    "title": "io.predastore.s3.v1.DeleteBucketOwnershipControlsReply",
    "type": "object",
    "additionalProperties": false,
    "properties": {}
  },
  "delete-bucket-ownership-controls.request.v1": {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "urn:predastore:schema:delete-bucket-ownership-controls.request.v1",
    "title": "io.predastore.s3.v1.DeleteBucketOwnershipControlsRequest",
    "type": "object",
    "additionalProperties": false,
    "required": [
      "Bucket"
    ],
    "properties": {
      "Bucket": {
        "type": "string",
        "minLength": 1,
        "maxLength": 255
      },
      "ExpectedBucketOwner": {
        "type": "string",
        "maxLength": 64
      }
    }
  },
  "delete-bucket-policy.reply.v1": {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "urn:predastore:schema:delete-bucket-policy.reply.v1",
    "title": "io.predastore.s3.v1.DeleteBucketPolicyReply",
    "type": "object",
    "additionalProperties": false,
    "properties": {}
  },
  "delete-bucket-policy.request.v1": {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "urn:predastore:schema:delete-bucket-policy.request.v1",
    "title": "io.predastore.s3.v1.DeleteBucketPolicyRequest",
    "type": "object",
    "additionalProperties": false,
    "required": [
      "Bucket"
    ],
    "properties": {
      "Bucket": {
        "type": "string",
        "minLength": 1,
        "maxLength": 255
      },
      "ExpectedBucketOwner": {
        "type": "string",
        "maxLength": 64
      }
    }
  },
  "delete-bucket-tagging.reply.v1": {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "urn:predastore:schema:delete-bucket-tagging.reply.v1",
    "title": "io.predastore.s3.v1.DeleteBucketTaggingReply",
    "type": "object",
    "additionalProperties": false,
    "properties": {}
  },
  "delete-bucket-tagging.request.v1": {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "urn:predastore:schema:delete-bucket-tagging.request.v1",
    "title": "io.predastore.s3.v1.DeleteBucketTaggingRequest",
    "type": "object",
    "additionalProperties": false,
    "required": [
      "Bucket"
    ],
    "properties": {
      "Bucket": {
        "type": "string",
        "minLength": 1,
        "maxLength": 255
      },
      "ExpectedBucketOwner": {
        "type": "string",
        "maxLength": 64
      }
    }
  },
  "delete-bucket-website.reply.v1": {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "urn:predastore:schema:delete-bucket-website.reply.v1",
    "title": "io.predastore.s3.v1.DeleteBucketWebsiteReply",
    "type": "object",
    "additionalProperties": false,
    "properties": {}
  },
  "delete-bucket-website.request.v1": {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "urn:predastore:schema:delete-bucket-website.request.v1",
    "title": "io.predastore.s3.v1.DeleteBucketWebsiteRequest",
    "type": "object",
    "additionalProperties": false,
    "required": [
      "Bucket"
    ],
    "properties": {
      "Bucket": {
        "type": "string",
        "minLength": 1,
        "maxLength": 255
      },
      "ExpectedBucketOwner": {
        "type": "string",
        "maxLength": 64
      }
    }
  },
  "delete-bucket.reply.v1": {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "urn:predastore:schema:delete-bucket.reply.v1",
    "title": "io.predastore.s3.v1.DeleteBucketReply",
    "type": "object",
    "additionalProperties": false,
    "properties": {}
  },
  "delete-bucket.request.v1": {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "urn:predastore:schema:delete-bucket.request.v1",
    "title": "io.predastore.s3.v1.DeleteBucketRequest",
    "type": "object",
    "additionalProperties": false,
    "required": [
      "Bucket"
    ],
    "properties": {
      "Bucket": {
        "type": "string",
        "minLength": 1,
        "maxLength": 255
      },
      "ExpectedBucketOwner": {
        "type": "string",
        "maxLength": 64
      }
    }
  },
  "delete-object-tagging.reply.v1": {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "urn:predastore:schema:delete-object-tagging.reply.v1",
    "title": "io.predastore.s3.v1.DeleteObjectTaggingReply",
    "type": "object",
    "additionalProperties": false,
    "properties": {
      "VersionId": {
        "type": "string",
        "minLength": 1,
        "maxLength": 1024
      }
    }
  },
  "delete-object-tagging.request.v1": {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "urn:predastore:schema:delete-object-tagging.request.v1",
    "title": "io.predastore.s3.v1.DeleteObjectTaggingRequest",
    "type": "object",
    "additionalProperties": false,
    "required": [
      "Bucket",
      "Key"
    ],
    "properties": {
      "Bucket": {
        "type": "string",
        "minLength": 1,
        "maxLength": 255
      },
      "Key": {
        "type": "string",
        "minLength": 1,
        "maxLength": 16384
      },
      "VersionId": {
        "type": "string",
        "minLength": 1,
        "maxLength": 1024
      },
      "ExpectedBucketOwner": {
        "type": "string",
        "maxLength": 64
      }
    }
  },
  "delete-object.reply.v1": {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "urn:predastore:schema:delete-object.reply.v1",
    "title": "io.predastore.s3.v1.DeleteObjectReply",
    "type": "object",
    "additionalProperties": false,
    "properties": {
      "DeleteMarker": {
        "type": "boolean"
      },
      "VersionId": {
        "type": "string",
        "minLength": 1,
        "maxLength": 1024
      }
    }
  },
  "delete-object.request.v1": {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "urn:predastore:schema:delete-object.request.v1",
    "title": "io.predastore.s3.v1.DeleteObjectRequest",
    "type": "object",
    "additionalProperties": false,
    "required": [
      "Bucket",
      "Key"
    ],
    "properties": {
      "Bucket": {
        "type": "string",
        "minLength": 1,
        "maxLength": 255
      },
      "Key": {
        "type": "string",
        "minLength": 1,
        "maxLength": 16384
      },
      "IfMatch": {
        "type": "string",
        "minLength": 1,
        "maxLength": 8192
      },
      "VersionId": {
        "type": "string",
        "minLength": 1,
        "maxLength": 1024
      },
      "IfMatchLastModifiedTime": {
        "type": "string",
        "minLength": 1,
        "maxLength": 64
      },
      "IfMatchSize": {
        "type": "integer",
        "maximum": 9007199254740991,
        "minimum": 0
      },
      "BypassGovernanceRetention": {
        "type": "boolean"
      },
      "ExpectedBucketOwner": {
        "type": "string",
        "maxLength": 64
      }
    }
  },
  "delete-objects.reply.v1": {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "urn:predastore:schema:delete-objects.reply.v1",
    "title": "io.predastore.s3.v1.DeleteObjectsReply",
    "type": "object",
    "additionalProperties": false,
    "properties": {
      "Deleted": {
        "type": "array",
        "maxItems": 1000,
        "items": {
          "type": "object",
          "additionalProperties": false,
          "required": [
            "Key"
          ],
          "properties": {
            "Key": {
              "type": "string",
              "minLength": 1,
              "maxLength": 16384
            },
            "VersionId": {
              "type": "string",
              "minLength": 1,
              "maxLength": 1024
            },
            "DeleteMarker": {
              "type": "boolean"
            },
            "DeleteMarkerVersionId": {
              "type": "string",
              "minLength": 1,
              "maxLength": 1024
            }
          }
        }
      },
      "Errors": {
        "type": "array",
        "maxItems": 1000,
        "items": {
          "type": "object",
          "additionalProperties": false,
          "required": [
            "Key",
            "Code",
            "Message"
          ],
          "properties": {
            "Key": {
              "type": "string",
              "minLength": 1,
              "maxLength": 16384
            },
            "Code": {
              "type": "string",
              "minLength": 1,
              "maxLength": 64
            },
            "Message": {
              "type": "string",
              "minLength": 1,
              "maxLength": 1024
            },
            "VersionId": {
              "type": "string",
              "minLength": 1,
              "maxLength": 1024
            }
          }
        }
      }
    }
  },
  "delete-objects.request.v1": {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "urn:predastore:schema:delete-objects.request.v1",
    "title": "io.predastore.s3.v1.DeleteObjectsRequest",
    "type": "object",
    "additionalProperties": false,
    "required": [
      "Bucket",
      "Delete"
    ],
    "properties": {
      "Bucket": {
        "type": "string",
        "minLength": 1,
        "maxLength": 255
      },
      "Delete": {
        "type": "object",
        "additionalProperties": false,
        "required": [
          "Objects"
        ],
        "properties": {
          "Objects": {
            "type": "array",
            "minItems": 1,
            "maxItems": 1000,
            "items": {
              "type": "object",
              "additionalProperties": false,
              "required": [
                "Key"
              ],
              "properties": {
                "Key": {
                  "type": "string",
                  "minLength": 1,
                  "maxLength": 16384
                },
                "ETag": {
                  "type": "string",
                  "minLength": 1,
                  "maxLength": 8192
                },
                "VersionId": {
                  "type": "string",
                  "minLength": 1,
                  "maxLength": 1024
                },
                "LastModifiedTime": {
                  "type": "string",
                  "minLength": 1,
                  "maxLength": 64
                },
                "Size": {
                  "type": "integer",
                  "maximum": 9007199254740991,
                  "minimum": 0
                }
              }
            }
          },
          "Quiet": {
            "type": "boolean"
          }
        }
      },
      "BypassGovernanceRetention": {
        "type": "boolean"
      },
      "ExpectedBucketOwner": {
        "type": "string",
        "maxLength": 64
      }
    }
  },
  "delete-public-access-block.reply.v1": {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "urn:predastore:schema:delete-public-access-block.reply.v1",
    "title": "io.predastore.s3.v1.DeletePublicAccessBlockReply",
    "type": "object",
    "additionalProperties": false,
    "properties": {}
  },
  "delete-public-access-block.request.v1": {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "urn:predastore:schema:delete-public-access-block.request.v1",
    "title": "io.predastore.s3.v1.DeletePublicAccessBlockRequest",
    "type": "object",
    "additionalProperties": false,
    "required": [
      "Bucket"
    ],
    "properties": {
      "Bucket": {
        "type": "string",
        "minLength": 1,
        "maxLength": 255
      },
      "ExpectedBucketOwner": {
        "type": "string",
        "maxLength": 64
      }
    }
  },
  "error-detail-header.v1": {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "urn:predastore:schema:error-detail-header.v1",
    "title": "io.predastore.s3.v1.ErrorDetailHeader",
    "type": "object",
    "additionalProperties": false,
    "properties": {
      "fields": {
        "type": "object",
        "maxProperties": 32,
        "additionalProperties": {
          "type": "string",
          "maxLength": 4096
        }
      },
      "headers": {
        "type": "object",
        "maxProperties": 32,
        "additionalProperties": {
          "type": "string",
          "maxLength": 4096
        }
      }
    }
  },
  "error.v1": {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "urn:predastore:schema:error.v1",
    "title": "io.predastore.s3.v1.ErrorReply",
    "type": "object",
    "additionalProperties": false,
    "required": [
      "Code",
      "Message"
    ],
    "properties": {
      "Code": {
        "type": "string",
        "minLength": 1,
        "maxLength": 64,
        "pattern": "^[A-Za-z0-9]+$"
      },
      "Message": {
        "type": "string",
        "minLength": 1,
        "maxLength": 4096
      }
    }
  },
  "get-bucket-acl.reply.v1": {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "urn:predastore:schema:get-bucket-acl.reply.v1",
    "title": "io.predastore.s3.v1.GetBucketAclReply",
    "type": "object",
    "additionalProperties": false,
    "required": [
      "Owner",
      "Grants"
    ],
    "properties": {
      "Owner": {
        "type": "object",
        "additionalProperties": false,
        "properties": {
          "ID": {
            "type": "string",
            "maxLength": 128
          },
          "DisplayName": {
            "type": "string",
            "maxLength": 256
          }
        }
      },
      "Grants": {
        "type": "array",
        "maxItems": 100,
        "items": {
          "type": "object",
          "additionalProperties": false,
          "required": [
            "Grantee",
            "Permission"
          ],
          "properties": {
            "Grantee": {
              "type": "object",
              "additionalProperties": false,
              "required": [
                "Type"
              ],
              "properties": {
                "Type": {
                  "type": "string",
                  "enum": [
                    "CanonicalUser",
                    "Group",
                    "AmazonCustomerByEmail"
                  ]
                },
                "ID": {
                  "type": "string",
                  "maxLength": 128
                },
                "DisplayName": {
                  "type": "string",
                  "maxLength": 256
                },
                "URI": {
                  "type": "string",
                  "maxLength": 256
                },
                "EmailAddress": {
                  "type": "string",
                  "maxLength": 320
                }
              }
            },
            "Permission": {
              "type": "string",
              "enum": [
                "FULL_CONTROL",
                "READ",
                "WRITE",
                "READ_ACP",
                "WRITE_ACP"
              ]
            }
          }
        }
      }
    }
  },
  "get-bucket-acl.request.v1": {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "urn:predastore:schema:get-bucket-acl.request.v1",
    "title": "io.predastore.s3.v1.GetBucketAclRequest",
    "type": "object",
    "additionalProperties": false,
    "required": [
      "Bucket"
    ],
    "properties": {
      "Bucket": {
        "type": "string",
        "minLength": 1,
        "maxLength": 255
      },
      "ExpectedBucketOwner": {
        "type": "string",
        "maxLength": 64
      }
    }
  },
  "get-bucket-cors.reply.v1": {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "urn:predastore:schema:get-bucket-cors.reply.v1",
    "title": "io.predastore.s3.v1.GetBucketCorsReply",
    "type": "object",
    "additionalProperties": false,
    "required": [
      "CORSRules"
    ],
    "properties": {
      "CORSRules": {
        "type": "array",
        "maxItems": 1000,
        "items": {
          "type": "object",
          "additionalProperties": false,
          "required": [
            "AllowedMethods",
            "AllowedOrigins"
          ],
          "properties": {
            "ID": {
              "type": "string",
              "maxLength": 1024
            },
            "AllowedHeaders": {
              "type": "array",
              "maxItems": 1000,
              "items": {
                "type": "string",
                "maxLength": 1024
              }
            },
            "AllowedMethods": {
              "type": "array",
              "maxItems": 100,
              "items": {
                "type": "string",
                "maxLength": 64
              }
            },
            "AllowedOrigins": {
              "type": "array",
              "maxItems": 1000,
              "items": {
                "type": "string",
                "maxLength": 1024
              }
            },
            "ExposeHeaders": {
              "type": "array",
              "maxItems": 1000,
              "items": {
                "type": "string",
                "maxLength": 1024
              }
            },
            "MaxAgeSeconds": {
              "type": "integer",
              "minimum": 0,
              "maximum": 2147483647
            }
          }
        }
      }
    }
  },
  "get-bucket-cors.request.v1": {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "urn:predastore:schema:get-bucket-cors.request.v1",
    "title": "io.predastore.s3.v1.GetBucketCorsRequest",
    "type": "object",
    "additionalProperties": false,
    "required": [
      "Bucket"
    ],
    "properties": {
      "Bucket": {
        "type": "string",
        "minLength": 1,
        "maxLength": 255
      },
      "ExpectedBucketOwner": {
        "type": "string",
        "maxLength": 64
      }
    }
  },
  "get-bucket-encryption.reply.v1": {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "urn:predastore:schema:get-bucket-encryption.reply.v1",
    "title": "io.predastore.s3.v1.GetBucketEncryptionReply",
    "type": "object",
    "additionalProperties": false,
    "required": [
      "ServerSideEncryptionConfiguration"
    ],
    "properties": {
      "ServerSideEncryptionConfiguration": {
        "type": "object",
        "additionalProperties": false,
        "required": [
          "Rules"
        ],
        "properties": {
          "Rules": {
            "type": "array",
            "maxItems": 100,
            "items": {
              "type": "object",
              "additionalProperties": false,
              "properties": {
                "ApplyServerSideEncryptionByDefault": {
                  "type": "object",
                  "additionalProperties": false,
                  "required": [
                    "SSEAlgorithm"
                  ],
                  "properties": {
                    "SSEAlgorithm": {
                      "type": "string",
                      "enum": [
                        "AES256"
                      ]
                    }
                  }
                },
                "BucketKeyEnabled": {
                  "type": "boolean"
                }
              }
            }
          }
        }
      }
    }
  },
  "get-bucket-encryption.request.v1": {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "urn:predastore:schema:get-bucket-encryption.request.v1",
    "title": "io.predastore.s3.v1.GetBucketEncryptionRequest",
    "type": "object",
    "additionalProperties": false,
    "required": [
      "Bucket"
    ],
    "properties": {
      "Bucket": {
        "type": "string",
        "minLength": 1,
        "maxLength": 255
      },
      "ExpectedBucketOwner": {
        "type": "string",
        "maxLength": 64
      }
    }
  },
  "get-bucket-lifecycle-configuration.reply.v1": {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "urn:predastore:schema:get-bucket-lifecycle-configuration.reply.v1",
    "title": "io.predastore.s3.v1.GetBucketLifecycleConfigurationReply",
    "type": "object",
    "additionalProperties": false,
    "required": [
      "Rules"
    ],
    "properties": {
      "Rules": {
        "type": "array",
        "maxItems": 1000,
        "items": {
          "type": "object",
          "additionalProperties": false,
          "required": [
            "ID",
            "Status"
          ],
          "properties": {
            "ID": {
              "type": "string",
              "maxLength": 1024
            },
            "Status": {
              "type": "string",
              "maxLength": 64
            },
            "Prefix": {
              "type": "string",
              "maxLength": 1024
            },
            "Filter": {
              "type": "object",
              "additionalProperties": false,
              "properties": {
                "Prefix": {
                  "type": "string",
                  "maxLength": 1024
                },
                "ObjectSizeGreaterThan": {
                  "type": "integer",
                  "minimum": 0,
                  "maximum": 9007199254740991
                },
                "ObjectSizeLessThan": {
                  "type": "integer",
                  "minimum": 0,
                  "maximum": 9007199254740991
                },
                "Tag": {
                  "type": "object",
                  "additionalProperties": false,
                  "required": [
                    "Key",
                    "Value"
                  ],
                  "properties": {
                    "Key": {
                      "type": "string",
                      "maxLength": 1024
                    },
                    "Value": {
                      "type": "string",
                      "maxLength": 1024
                    }
                  }
                },
                "And": {
                  "type": "object",
                  "additionalProperties": false,
                  "properties": {
                    "Prefix": {
                      "type": "string",
                      "maxLength": 1024
                    },
                    "ObjectSizeGreaterThan": {
                      "type": "integer",
                      "minimum": 0,
                      "maximum": 9007199254740991
                    },
                    "ObjectSizeLessThan": {
                      "type": "integer",
                      "minimum": 0,
                      "maximum": 9007199254740991
                    },
                    "Tags": {
                      "type": "array",
                      "maxItems": 1000,
                      "items": {
                        "type": "object",
                        "additionalProperties": false,
                        "required": [
                          "Key",
                          "Value"
                        ],
                        "properties": {
                          "Key": {
                            "type": "string",
                            "maxLength": 1024
                          },
                          "Value": {
                            "type": "string",
                            "maxLength": 1024
                          }
                        }
                      }
                    }
                  }
                }
              }
            },
            "Expiration": {
              "type": "object",
              "additionalProperties": false,
              "properties": {
                "Days": {
                  "type": "integer",
                  "minimum": -2147483647,
                  "maximum": 2147483647
                },
                "Date": {
                  "type": "string",
                  "maxLength": 64
                },
                "ExpiredObjectDeleteMarker": {
                  "type": "boolean"
                }
              }
            },
            "NoncurrentVersionExpiration": {
              "type": "object",
              "additionalProperties": false,
              "properties": {
                "NoncurrentDays": {
                  "type": "integer",
                  "minimum": -2147483647,
                  "maximum": 2147483647
                },
                "NewerNoncurrentVersions": {
                  "type": "integer",
                  "minimum": -2147483647,
                  "maximum": 2147483647
                }
              }
            },
            "AbortIncompleteMultipartUpload": {
              "type": "object",
              "additionalProperties": false,
              "properties": {
                "DaysAfterInitiation": {
                  "type": "integer",
                  "minimum": -2147483647,
                  "maximum": 2147483647
                }
              }
            },
            "Transitions": {
              "type": "array",
              "maxItems": 16,
              "items": {
                "type": "object",
                "additionalProperties": false,
                "properties": {
                  "Days": {
                    "type": "integer",
                    "minimum": -2147483647,
                    "maximum": 2147483647
                  },
                  "Date": {
                    "type": "string",
                    "maxLength": 64
                  },
                  "StorageClass": {
                    "type": "string",
                    "maxLength": 64
                  }
                }
              }
            },
            "NoncurrentVersionTransitions": {
              "type": "array",
              "maxItems": 16,
              "items": {
                "type": "object",
                "additionalProperties": false,
                "properties": {
                  "NoncurrentDays": {
                    "type": "integer",
                    "minimum": -2147483647,
                    "maximum": 2147483647
                  },
                  "NewerNoncurrentVersions": {
                    "type": "integer",
                    "minimum": -2147483647,
                    "maximum": 2147483647
                  },
                  "StorageClass": {
                    "type": "string",
                    "maxLength": 64
                  }
                }
              }
            }
          }
        }
      },
      "TransitionDefaultMinimumObjectSize": {
        "type": "string",
        "maxLength": 64
      }
    }
  },
  "get-bucket-lifecycle-configuration.request.v1": {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "urn:predastore:schema:get-bucket-lifecycle-configuration.request.v1",
    "title": "io.predastore.s3.v1.GetBucketLifecycleConfigurationRequest",
    "type": "object",
    "additionalProperties": false,
    "required": [
      "Bucket"
    ],
    "properties": {
      "Bucket": {
        "type": "string",
        "minLength": 1,
        "maxLength": 255
      },
      "ExpectedBucketOwner": {
        "type": "string",
        "maxLength": 64
      }
    }
  },
  "get-bucket-location.reply.v1": {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "urn:predastore:schema:get-bucket-location.reply.v1",
    "title": "io.predastore.s3.v1.GetBucketLocationReply",
    "type": "object",
    "additionalProperties": false,
    "properties": {
      "LocationConstraint": {
        "type": "string",
        "maxLength": 64
      }
    }
  },
  "get-bucket-location.request.v1": {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "urn:predastore:schema:get-bucket-location.request.v1",
    "title": "io.predastore.s3.v1.GetBucketLocationRequest",
    "type": "object",
    "additionalProperties": false,
    "required": [
      "Bucket"
    ],
    "properties": {
      "Bucket": {
        "type": "string",
        "minLength": 1,
        "maxLength": 255
      },
      "ExpectedBucketOwner": {
        "type": "string",
        "maxLength": 64
      }
    }
  },
  "get-bucket-notification-configuration.reply.v1": {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "urn:predastore:schema:get-bucket-notification-configuration.reply.v1",
    "title": "io.predastore.s3.v1.GetBucketNotificationConfigurationReply",
    "type": "object",
    "additionalProperties": false,
    "properties": {
      "TopicConfigurations": {
        "type": "array",
        "maxItems": 100,
        "items": {
          "type": "object",
          "additionalProperties": false,
          "required": [
            "Id",
            "TopicArn",
            "Events"
          ],
          "properties": {
            "Id": {
              "type": "string",
              "maxLength": 1024
            },
            "TopicArn": {
              "type": "string",
              "maxLength": 2048
            },
            "Events": {
              "type": "array",
              "maxItems": 100,
              "items": {
                "type": "string",
                "maxLength": 128
              }
            },
            "Filter": {
              "type": "object",
              "additionalProperties": false,
              "properties": {
                "Key": {
                  "type": "object",
                  "additionalProperties": false,
                  "properties": {
                    "FilterRules": {
                      "type": "array",
                      "maxItems": 100,
                      "items": {
                        "type": "object",
                        "additionalProperties": false,
                        "required": [
                          "Name",
                          "Value"
                        ],
                        "properties": {
                          "Name": {
                            "type": "string",
                            "maxLength": 64
                          },
                          "Value": {
                            "type": "string",
                            "maxLength": 1024
                          }
                        }
                      }
                    }
                  }
                }
              }
            }
          }
        }
      },
      "QueueConfigurations": {
        "type": "array",
        "maxItems": 100,
        "items": {
          "type": "object",
          "additionalProperties": false,
          "required": [
            "Id",
            "QueueArn",
            "Events"
          ],
          "properties": {
            "Id": {
              "type": "string",
              "maxLength": 1024
            },
            "QueueArn": {
              "type": "string",
              "maxLength": 2048
            },
            "Events": {
              "type": "array",
              "maxItems": 100,
              "items": {
                "type": "string",
                "maxLength": 128
              }
            },
            "Filter": {
              "type": "object",
              "additionalProperties": false,
              "properties": {
                "Key": {
                  "type": "object",
                  "additionalProperties": false,
                  "properties": {
                    "FilterRules": {
                      "type": "array",
                      "maxItems": 100,
                      "items": {
                        "type": "object",
                        "additionalProperties": false,
                        "required": [
                          "Name",
                          "Value"
                        ],
                        "properties": {
                          "Name": {
                            "type": "string",
                            "maxLength": 64
                          },
                          "Value": {
                            "type": "string",
                            "maxLength": 1024
                          }
                        }
                      }
                    }
                  }
                }
              }
            }
          }
        }
      },
      "LambdaFunctionConfigurations": {
        "type": "array",
        "maxItems": 100,
        "items": {
          "type": "object",
          "additionalProperties": false,
          "required": [
            "Id",
            "LambdaFunctionArn",
            "Events"
          ],
          "properties": {
            "Id": {
              "type": "string",
              "maxLength": 1024
            },
            "LambdaFunctionArn": {
              "type": "string",
              "maxLength": 2048
            },
            "Events": {
              "type": "array",
              "maxItems": 100,
              "items": {
                "type": "string",
                "maxLength": 128
              }
            },
            "Filter": {
              "type": "object",
              "additionalProperties": false,
              "properties": {
                "Key": {
                  "type": "object",
                  "additionalProperties": false,
                  "properties": {
                    "FilterRules": {
                      "type": "array",
                      "maxItems": 100,
                      "items": {
                        "type": "object",
                        "additionalProperties": false,
                        "required": [
                          "Name",
                          "Value"
                        ],
                        "properties": {
                          "Name": {
                            "type": "string",
                            "maxLength": 64
                          },
                          "Value": {
                            "type": "string",
                            "maxLength": 1024
                          }
                        }
                      }
                    }
                  }
                }
              }
            }
          }
        }
      },
      "EventBridgeConfiguration": {
        "type": "object",
        "additionalProperties": false,
        "properties": {}
      }
    }
  },
  "get-bucket-notification-configuration.request.v1": {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "urn:predastore:schema:get-bucket-notification-configuration.request.v1",
    "title": "io.predastore.s3.v1.GetBucketNotificationConfigurationRequest",
    "type": "object",
    "additionalProperties": false,
    "required": [
      "Bucket"
    ],
    "properties": {
      "Bucket": {
        "type": "string",
        "minLength": 1,
        "maxLength": 255
      },
      "ExpectedBucketOwner": {
        "type": "string",
        "maxLength": 64
      }
    }
  },
  "get-bucket-ownership-controls.reply.v1": {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "urn:predastore:schema:get-bucket-ownership-controls.reply.v1",
    "title": "io.predastore.s3.v1.GetBucketOwnershipControlsReply",
    "type": "object",
    "additionalProperties": false,
    "required": [
      "OwnershipControls"
    ],
    "properties": {
      "OwnershipControls": {
        "type": "object",
        "additionalProperties": false,
        "required": [
          "Rules"
        ],
        "properties": {
          "Rules": {
            "type": "array",
            "minItems": 1,
            "maxItems": 1,
            "items": {
              "type": "object",
              "additionalProperties": false,
              "required": [
                "ObjectOwnership"
              ],
              "properties": {
                "ObjectOwnership": {
                  "type": "string",
                  "enum": [
                    "BucketOwnerEnforced",
                    "BucketOwnerPreferred",
                    "ObjectWriter"
                  ]
                }
              }
            }
          }
        }
      }
    }
  },
  "get-bucket-ownership-controls.request.v1": {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "urn:predastore:schema:get-bucket-ownership-controls.request.v1",
    "title": "io.predastore.s3.v1.GetBucketOwnershipControlsRequest",
    "type": "object",
    "additionalProperties": false,
    "required": [
      "Bucket"
    ],
    "properties": {
      "Bucket": {
        "type": "string",
        "minLength": 1,
        "maxLength": 255
      },
      "ExpectedBucketOwner": {
        "type": "string",
        "maxLength": 64
      }
    }
  },
  "get-bucket-policy-status.reply.v1": {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "urn:predastore:schema:get-bucket-policy-status.reply.v1",
    "title": "io.predastore.s3.v1.GetBucketPolicyStatusReply",
    "type": "object",
    "additionalProperties": false,
    "required": [
      "PolicyStatus"
    ],
    "properties": {
      "PolicyStatus": {
        "type": "object",
        "additionalProperties": false,
        "required": [
          "IsPublic"
        ],
        "properties": {
          "IsPublic": {
            "type": "boolean"
          }
        }
      }
    }
  },
  "get-bucket-policy-status.request.v1": {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "urn:predastore:schema:get-bucket-policy-status.request.v1",
    "title": "io.predastore.s3.v1.GetBucketPolicyStatusRequest",
    "type": "object",
    "additionalProperties": false,
    "required": [
      "Bucket"
    ],
    "properties": {
      "Bucket": {
        "type": "string",
        "minLength": 1,
        "maxLength": 255
      },
      "ExpectedBucketOwner": {
        "type": "string",
        "maxLength": 64
      }
    }
  },
  "get-bucket-policy.reply.v1": {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "urn:predastore:schema:get-bucket-policy.reply.v1",
    "title": "io.predastore.s3.v1.GetBucketPolicyReply",
    "type": "object",
    "additionalProperties": false,
    "required": [
      "Policy"
    ],
    "properties": {
      "Policy": {
        "type": "string",
        "maxLength": 20480
      }
    }
  },
  "get-bucket-policy.request.v1": {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "urn:predastore:schema:get-bucket-policy.request.v1",
    "title": "io.predastore.s3.v1.GetBucketPolicyRequest",
    "type": "object",
    "additionalProperties": false,
    "required": [
      "Bucket"
    ],
    "properties": {
      "Bucket": {
        "type": "string",
        "minLength": 1,
        "maxLength": 255
      },
      "ExpectedBucketOwner": {
        "type": "string",
        "maxLength": 64
      }
    }
  },
  "get-bucket-tagging.reply.v1": {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "urn:predastore:schema:get-bucket-tagging.reply.v1",
    "title": "io.predastore.s3.v1.GetBucketTaggingReply",
    "type": "object",
    "additionalProperties": false,
    "required": [
      "TagSet"
    ],
    "properties": {
      "TagSet": {
        "type": "array",
        "maxItems": 1000,
        "items": {
          "type": "object",
          "additionalProperties": false,
          "required": [
            "Key",
            "Value"
          ],
          "properties": {
            "Key": {
              "type": "string",
              "maxLength": 1024
            },
            "Value": {
              "type": "string",
              "maxLength": 1024
            }
          }
        }
      }
    }
  },
  "get-bucket-tagging.request.v1": {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "urn:predastore:schema:get-bucket-tagging.request.v1",
    "title": "io.predastore.s3.v1.GetBucketTaggingRequest",
    "type": "object",
    "additionalProperties": false,
    "required": [
      "Bucket"
    ],
    "properties": {
      "Bucket": {
        "type": "string",
        "minLength": 1,
        "maxLength": 255
      },
      "ExpectedBucketOwner": {
        "type": "string",
        "maxLength": 64
      }
    }
  },
  "get-bucket-versioning.reply.v1": {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "urn:predastore:schema:get-bucket-versioning.reply.v1",
    "title": "io.predastore.s3.v1.GetBucketVersioningReply",
    "type": "object",
    "additionalProperties": false,
    "properties": {
      "Status": {
        "type": "string",
        "enum": [
          "Enabled",
          "Suspended"
        ]
      }
    }
  },
  "get-bucket-versioning.request.v1": {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "urn:predastore:schema:get-bucket-versioning.request.v1",
    "title": "io.predastore.s3.v1.GetBucketVersioningRequest",
    "type": "object",
    "additionalProperties": false,
    "required": [
      "Bucket"
    ],
    "properties": {
      "Bucket": {
        "type": "string",
        "minLength": 1,
        "maxLength": 255
      },
      "ExpectedBucketOwner": {
        "type": "string",
        "maxLength": 64
      }
    }
  },
  "get-bucket-website.reply.v1": {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "urn:predastore:schema:get-bucket-website.reply.v1",
    "title": "io.predastore.s3.v1.GetBucketWebsiteReply",
    "type": "object",
    "additionalProperties": false,
    "properties": {
      "IndexDocument": {
        "type": "object",
        "additionalProperties": false,
        "required": [
          "Suffix"
        ],
        "properties": {
          "Suffix": {
            "type": "string",
            "maxLength": 1024
          }
        }
      },
      "ErrorDocument": {
        "type": "object",
        "additionalProperties": false,
        "required": [
          "Key"
        ],
        "properties": {
          "Key": {
            "type": "string",
            "maxLength": 2048
          }
        }
      },
      "RedirectAllRequestsTo": {
        "type": "object",
        "additionalProperties": false,
        "required": [
          "HostName"
        ],
        "properties": {
          "HostName": {
            "type": "string",
            "maxLength": 1024
          },
          "Protocol": {
            "type": "string",
            "maxLength": 16
          }
        }
      },
      "RoutingRules": {
        "type": "array",
        "maxItems": 1000,
        "items": {
          "type": "object",
          "additionalProperties": false,
          "required": [
            "Redirect"
          ],
          "properties": {
            "Condition": {
              "type": "object",
              "additionalProperties": false,
              "properties": {
                "HttpErrorCodeReturnedEquals": {
                  "type": "string",
                  "maxLength": 16
                },
                "KeyPrefixEquals": {
                  "type": "string",
                  "maxLength": 1024
                }
              }
            },
            "Redirect": {
              "type": "object",
              "additionalProperties": false,
              "properties": {
                "HostName": {
                  "type": "string",
                  "maxLength": 1024
                },
                "HttpRedirectCode": {
                  "type": "string",
                  "maxLength": 16
                },
                "Protocol": {
                  "type": "string",
                  "maxLength": 16
                },
                "ReplaceKeyPrefixWith": {
                  "type": "string",
                  "maxLength": 1024
                },
                "ReplaceKeyWith": {
                  "type": "string",
                  "maxLength": 1024
                }
              }
            }
          }
        }
      }
    }
  },
  "get-bucket-website.request.v1": {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "urn:predastore:schema:get-bucket-website.request.v1",
    "title": "io.predastore.s3.v1.GetBucketWebsiteRequest",
    "type": "object",
    "additionalProperties": false,
    "required": [
      "Bucket"
    ],
    "properties": {
      "Bucket": {
        "type": "string",
        "minLength": 1,
        "maxLength": 255
      },
      "ExpectedBucketOwner": {
        "type": "string",
        "maxLength": 64
      }
    }
  },
  "get-object-acl.reply.v1": {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "urn:predastore:schema:get-object-acl.reply.v1",
    "title": "io.predastore.s3.v1.GetObjectAclReply",
    "type": "object",
    "additionalProperties": false,
    "required": [
      "Owner",
      "Grants"
    ],
    "properties": {
      "Owner": {
        "type": "object",
        "additionalProperties": false,
        "properties": {
          "ID": {
            "type": "string",
            "maxLength": 128
          },
          "DisplayName": {
            "type": "string",
            "maxLength": 256
          }
        }
      },
      "Grants": {
        "type": "array",
        "maxItems": 100,
        "items": {
          "type": "object",
          "additionalProperties": false,
          "required": [
            "Grantee",
            "Permission"
          ],
          "properties": {
            "Grantee": {
              "type": "object",
              "additionalProperties": false,
              "required": [
                "Type"
              ],
              "properties": {
                "Type": {
                  "type": "string",
                  "enum": [
                    "CanonicalUser",
                    "Group",
                    "AmazonCustomerByEmail"
                  ]
                },
                "ID": {
                  "type": "string",
                  "maxLength": 128
                },
                "DisplayName": {
                  "type": "string",
                  "maxLength": 256
                },
                "URI": {
                  "type": "string",
                  "maxLength": 256
                },
                "EmailAddress": {
                  "type": "string",
                  "maxLength": 320
                }
              }
            },
            "Permission": {
              "type": "string",
              "enum": [
                "FULL_CONTROL",
                "READ",
                "WRITE",
                "READ_ACP",
                "WRITE_ACP"
              ]
            }
          }
        }
      },
      "VersionId": {
        "type": "string",
        "maxLength": 1024
      }
    }
  },
  "get-object-acl.request.v1": {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "urn:predastore:schema:get-object-acl.request.v1",
    "title": "io.predastore.s3.v1.GetObjectAclRequest",
    "type": "object",
    "additionalProperties": false,
    "required": [
      "Bucket",
      "Key"
    ],
    "properties": {
      "Bucket": {
        "type": "string",
        "minLength": 1,
        "maxLength": 255
      },
      "Key": {
        "type": "string",
        "minLength": 1,
        "maxLength": 1024
      },
      "VersionId": {
        "type": "string",
        "maxLength": 1024
      },
      "ExpectedBucketOwner": {
        "type": "string",
        "maxLength": 64
      }
    }
  },
  "get-object-attributes.reply.v1": {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "urn:predastore:schema:get-object-attributes.reply.v1",
    "title": "io.predastore.s3.v1.GetObjectAttributesReply",
    "type": "object",
    "additionalProperties": false,
    "required": [
      "LastModified"
    ],
    "properties": {
      "LastModified": {
        "type": "string",
        "minLength": 20,
        "maxLength": 64
      },
      "ETag": {
        "type": "string",
        "minLength": 2,
        "maxLength": 128
      },
      "Checksum": {
        "type": "object",
        "additionalProperties": false,
        "properties": {
          "ChecksumCRC32": {
            "type": "string",
            "maxLength": 128
          },
          "ChecksumCRC32C": {
            "type": "string",
            "maxLength": 128
          },
          "ChecksumCRC64NVME": {
            "type": "string",
            "maxLength": 128
          },
          "ChecksumSHA1": {
            "type": "string",
            "maxLength": 128
          },
          "ChecksumSHA256": {
            "type": "string",
            "maxLength": 128
          },
          "ChecksumSHA512": {
            "type": "string",
            "maxLength": 128
          },
          "ChecksumMD5": {
            "type": "string",
            "maxLength": 128
          },
          "ChecksumXXHASH64": {
            "type": "string",
            "maxLength": 128
          },
          "ChecksumXXHASH3": {
            "type": "string",
            "maxLength": 128
          },
          "ChecksumXXHASH128": {
            "type": "string",
            "maxLength": 128
          },
          "ChecksumType": {
            "type": "string",
            "enum": [
              "FULL_OBJECT",
              "COMPOSITE"
            ]
          }
        }
      },
      "ObjectParts": {
        "type": "object",
        "additionalProperties": false,
        "required": [
          "TotalPartsCount",
          "PartNumberMarker",
          "MaxParts",
          "IsTruncated"
        ],
        "properties": {
          "TotalPartsCount": {
            "type": "integer",
            "minimum": 0,
            "maximum": 10000
          },
          "PartNumberMarker": {
            "type": "string",
            "maxLength": 32
          },
          "NextPartNumberMarker": {
            "type": "string",
            "maxLength": 32
          },
          "MaxParts": {
            "type": "integer",
            "minimum": 0,
            "maximum": 10000
          },
          "IsTruncated": {
            "type": "boolean"
          },
          "Parts": {
            "type": "array",
            "maxItems": 10000,
            "items": {
              "type": "object",
              "additionalProperties": false,
              "required": [
                "PartNumber",
                "Size"
              ],
              "properties": {
                "PartNumber": {
                  "type": "integer",
                  "minimum": 1,
                  "maximum": 10000
                },
                "Size": {
                  "type": "integer",
                  "minimum": 0,
                  "maximum": 9007199254740991
                },
                "ChecksumCRC32": {
                  "type": "string",
                  "maxLength": 128
                },
                "ChecksumCRC32C": {
                  "type": "string",
                  "maxLength": 128
                },
                "ChecksumCRC64NVME": {
                  "type": "string",
                  "maxLength": 128
                },
                "ChecksumSHA1": {
                  "type": "string",
                  "maxLength": 128
                },
                "ChecksumSHA256": {
                  "type": "string",
                  "maxLength": 128
                },
                "ChecksumSHA512": {
                  "type": "string",
                  "maxLength": 128
                },
                "ChecksumMD5": {
                  "type": "string",
                  "maxLength": 128
                },
                "ChecksumXXHASH64": {
                  "type": "string",
                  "maxLength": 128
                },
                "ChecksumXXHASH3": {
                  "type": "string",
                  "maxLength": 128
                },
                "ChecksumXXHASH128": {
                  "type": "string",
                  "maxLength": 128
                }
              }
            }
          }
        }
      },
      "StorageClass": {
        "type": "string",
        "maxLength": 64
      },
      "ObjectSize": {
        "type": "integer",
        "minimum": 0,
        "maximum": 9007199254740991
      },
      "VersionId": {
        "type": "string",
        "minLength": 1,
        "maxLength": 1024
      }
    }
  },
  "get-object-attributes.request.v1": {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "urn:predastore:schema:get-object-attributes.request.v1",
    "title": "io.predastore.s3.v1.GetObjectAttributesRequest",
    "type": "object",
    "additionalProperties": false,
    "required": [
      "Bucket",
      "Key",
      "ObjectAttributes"
    ],
    "properties": {
      "Bucket": {
        "type": "string",
        "minLength": 1,
        "maxLength": 255
      },
      "Key": {
        "type": "string",
        "minLength": 1,
        "maxLength": 16384
      },
      "ObjectAttributes": {
        "type": "array",
        "maxItems": 16,
        "items": {
          "type": "string",
          "enum": [
            "ETag",
            "Checksum",
            "ObjectParts",
            "StorageClass",
            "ObjectSize"
          ]
        }
      },
      "MaxParts": {
        "type": "integer",
        "minimum": -2147483648,
        "maximum": 2147483647
      },
      "PartNumberMarker": {
        "type": "string",
        "maxLength": 32
      },
      "VersionId": {
        "type": "string",
        "minLength": 1,
        "maxLength": 1024
      },
      "ExpectedBucketOwner": {
        "type": "string",
        "maxLength": 64
      },
      "SSECustomerAlgorithm": {
        "type": "string",
        "maxLength": 64
      },
      "SSECustomerKey": {
        "type": "string",
        "maxLength": 128
      },
      "SSECustomerKeyMD5": {
        "type": "string",
        "maxLength": 64
      }
    }
  },
  "get-object-legal-hold.reply.v1": {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "urn:predastore:schema:get-object-legal-hold.reply.v1",
    "title": "io.predastore.s3.v1.GetObjectLegalHoldReply",
    "type": "object",
    "additionalProperties": false,
    "required": [
      "LegalHold"
    ],
    "properties": {
      "LegalHold": {
        "type": "object",
        "additionalProperties": false,
        "required": [
          "Status"
        ],
        "properties": {
          "Status": {
            "type": "string",
            "enum": [
              "ON",
              "OFF"
            ]
          }
        }
      }
    }
  },
  "get-object-legal-hold.request.v1": {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "urn:predastore:schema:get-object-legal-hold.request.v1",
    "title": "io.predastore.s3.v1.GetObjectLegalHoldRequest",
    "type": "object",
    "additionalProperties": false,
    "required": [
      "Bucket",
      "Key"
    ],
    "properties": {
      "Bucket": {
        "type": "string",
        "minLength": 1,
        "maxLength": 255
      },
      "Key": {
        "type": "string",
        "minLength": 1,
        "maxLength": 16384
      },
      "VersionId": {
        "type": "string",
        "minLength": 1,
        "maxLength": 1024
      },
      "ExpectedBucketOwner": {
        "type": "string",
        "maxLength": 64
      }
    }
  },
  "get-object-lock-configuration.reply.v1": {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "urn:predastore:schema:get-object-lock-configuration.reply.v1",
    "title": "io.predastore.s3.v1.GetObjectLockConfigurationReply",
    "type": "object",
    "additionalProperties": false,
    "required": [
      "ObjectLockConfiguration"
    ],
    "properties": {
      "ObjectLockConfiguration": {
        "type": "object",
        "additionalProperties": false,
        "required": [
          "ObjectLockEnabled"
        ],
        "properties": {
          "ObjectLockEnabled": {
            "type": "string",
            "enum": [
              "Enabled"
            ]
          },
          "Rule": {
            "type": "object",
            "additionalProperties": false,
            "required": [
              "DefaultRetention"
            ],
            "properties": {
              "DefaultRetention": {
                "type": "object",
                "additionalProperties": false,
                "required": [
                  "Mode"
                ],
                "properties": {
                  "Mode": {
                    "type": "string",
                    "enum": [
                      "GOVERNANCE",
                      "COMPLIANCE"
                    ]
                  },
                  "Days": {
                    "type": "integer",
                    "minimum": -2147483648,
                    "maximum": 2147483647
                  },
                  "Years": {
                    "type": "integer",
                    "minimum": -2147483648,
                    "maximum": 2147483647
                  }
                }
              }
            }
          }
        }
      }
    }
  },
  "get-object-lock-configuration.request.v1": {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "urn:predastore:schema:get-object-lock-configuration.request.v1",
    "title": "io.predastore.s3.v1.GetObjectLockConfigurationRequest",
    "type": "object",
    "additionalProperties": false,
    "required": [
      "Bucket"
    ],
    "properties": {
      "Bucket": {
        "type": "string",
        "minLength": 1,
        "maxLength": 255
      },
      "ExpectedBucketOwner": {
        "type": "string",
        "maxLength": 64
      }
    }
  },
  "get-object-retention.reply.v1": {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "urn:predastore:schema:get-object-retention.reply.v1",
    "title": "io.predastore.s3.v1.GetObjectRetentionReply",
    "type": "object",
    "additionalProperties": false,
    "required": [
      "Retention"
    ],
    "properties": {
      "Retention": {
        "type": "object",
        "additionalProperties": false,
        "required": [
          "Mode",
          "RetainUntilDate"
        ],
        "properties": {
          "Mode": {
            "type": "string",
            "enum": [
              "GOVERNANCE",
              "COMPLIANCE"
            ]
          },
          "RetainUntilDate": {
            "type": "string",
            "minLength": 1,
            "maxLength": 64
          }
        }
      }
    }
  },
  "get-object-retention.request.v1": {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "urn:predastore:schema:get-object-retention.request.v1",
    "title": "io.predastore.s3.v1.GetObjectRetentionRequest",
    "type": "object",
    "additionalProperties": false,
    "required": [
      "Bucket",
      "Key"
    ],
    "properties": {
      "Bucket": {
        "type": "string",
        "minLength": 1,
        "maxLength": 255
      },
      "Key": {
        "type": "string",
        "minLength": 1,
        "maxLength": 16384
      },
      "VersionId": {
        "type": "string",
        "minLength": 1,
        "maxLength": 1024
      },
      "ExpectedBucketOwner": {
        "type": "string",
        "maxLength": 64
      }
    }
  },
  "get-object-tagging.reply.v1": {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "urn:predastore:schema:get-object-tagging.reply.v1",
    "title": "io.predastore.s3.v1.GetObjectTaggingReply",
    "type": "object",
    "additionalProperties": false,
    "required": [
      "TagSet"
    ],
    "properties": {
      "TagSet": {
        "type": "array",
        "maxItems": 50,
        "items": {
          "type": "object",
          "additionalProperties": false,
          "required": [
            "Key",
            "Value"
          ],
          "properties": {
            "Key": {
              "type": "string",
              "minLength": 0,
              "maxLength": 1024
            },
            "Value": {
              "type": "string",
              "minLength": 0,
              "maxLength": 2048
            }
          }
        }
      },
      "VersionId": {
        "type": "string",
        "minLength": 1,
        "maxLength": 1024
      }
    }
  },
  "get-object-tagging.request.v1": {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "urn:predastore:schema:get-object-tagging.request.v1",
    "title": "io.predastore.s3.v1.GetObjectTaggingRequest",
    "type": "object",
    "additionalProperties": false,
    "required": [
      "Bucket",
      "Key"
    ],
    "properties": {
      "Bucket": {
        "type": "string",
        "minLength": 1,
        "maxLength": 255
      },
      "Key": {
        "type": "string",
        "minLength": 1,
        "maxLength": 16384
      },
      "VersionId": {
        "type": "string",
        "minLength": 1,
        "maxLength": 1024
      },
      "ExpectedBucketOwner": {
        "type": "string",
        "maxLength": 64
      }
    }
  },
  "get-object.reply.v1": {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "urn:predastore:schema:get-object.reply.v1",
    "title": "io.predastore.s3.v1.GetObjectReply",
    "type": "object",
    "additionalProperties": false,
    "required": [
      "AcceptRanges",
      "ContentLength",
      "ETag",
      "LastModified",
      "ContentType",
      "Metadata"
    ],
    "properties": {
      "AcceptRanges": {
        "type": "string",
        "enum": [
          "bytes"
        ]
      },
      "ContentLength": {
        "type": "integer",
        "minimum": 0,
        "maximum": 9007199254740991
      },
      "ContentRange": {
        "type": "string",
        "maxLength": 128
      },
      "ETag": {
        "type": "string",
        "minLength": 2,
        "maxLength": 128
      },
      "LastModified": {
        "type": "string",
        "minLength": 20,
        "maxLength": 64
      },
      "ContentType": {
        "type": "string",
        "maxLength": 8192,
        "pattern": "^[^\\u0000-\\u0008\\u000a-\\u001f\\u007f]*$"
      },
      "CacheControl": {
        "type": "string",
        "maxLength": 8192,
        "pattern": "^[^\\u0000-\\u0008\\u000a-\\u001f\\u007f]*$"
      },
      "ContentDisposition": {
        "type": "string",
        "maxLength": 8192,
        "pattern": "^[^\\u0000-\\u0008\\u000a-\\u001f\\u007f]*$"
      },
      "ContentEncoding": {
        "type": "string",
        "maxLength": 8192,
        "pattern": "^[^\\u0000-\\u0008\\u000a-\\u001f\\u007f]*$"
      },
      "ContentLanguage": {
        "type": "string",
        "maxLength": 8192,
        "pattern": "^[^\\u0000-\\u0008\\u000a-\\u001f\\u007f]*$"
      },
      "Expires": {
        "type": "string",
        "maxLength": 8192,
        "pattern": "^[^\\u0000-\\u0008\\u000a-\\u001f\\u007f]*$"
      },
      "Metadata": {
        "type": "object",
        "maxProperties": 1024,
        "propertyNames": {
          "type": "string",
          "minLength": 1,
          "maxLength": 2048,
          "pattern": "^[!#$%&'*+.^_`|~0-9A-Za-z-]+$"
        },
        "additionalProperties": {
          "type": "string",
          "maxLength": 16384,
          "pattern": "^[^\\u0000-\\u0008\\u000a-\\u001f\\u007f]*$"
        }
      },
      "ChecksumCRC32": {
        "type": "string",
        "maxLength": 128
      },
      "ChecksumCRC32C": {
        "type": "string",
        "maxLength": 128
      },
      "ChecksumCRC64NVME": {
        "type": "string",
        "maxLength": 128
      },
      "ChecksumSHA1": {
        "type": "string",
        "maxLength": 128
      },
      "ChecksumSHA256": {
        "type": "string",
        "maxLength": 128
      },
      "ChecksumSHA512": {
        "type": "string",
        "maxLength": 128
      },
      "ChecksumMD5": {
        "type": "string",
        "maxLength": 128
      },
      "ChecksumXXHASH64": {
        "type": "string",
        "maxLength": 128
      },
      "ChecksumXXHASH3": {
        "type": "string",
        "maxLength": 128
      },
      "ChecksumXXHASH128": {
        "type": "string",
        "maxLength": 128
      },
      "ChecksumType": {
        "type": "string",
        "enum": [
          "FULL_OBJECT",
          "COMPOSITE"
        ]
      },
      "Body": {
        "type": "string",
        "maxLength": 700000,
        "contentEncoding": "base64"
      },
      "PartsCount": {
        "type": "integer",
        "minimum": 0,
        "maximum": 10000
      },
      "VersionId": {
        "type": "string",
        "minLength": 1,
        "maxLength": 1024
      },
      "Expiration": {
        "type": "string",
        "maxLength": 4096
      },
      "TagCount": {
        "type": "integer",
        "minimum": 1,
        "maximum": 10
      },
      "SSECustomerAlgorithm": {
        "type": "string",
        "enum": [
          "AES256"
        ]
      },
      "SSECustomerKeyMD5": {
        "type": "string",
        "maxLength": 64
      },
      "StorageClass": {
        "type": "string",
        "maxLength": 64
      },
      "WebsiteRedirectLocation": {
        "type": "string",
        "maxLength": 2048
      },
      "ObjectLockMode": {
        "type": "string",
        "enum": [
          "GOVERNANCE",
          "COMPLIANCE"
        ]
      },
      "ObjectLockRetainUntilDate": {
        "type": "string",
        "minLength": 1,
        "maxLength": 64
      },
      "ObjectLockLegalHoldStatus": {
        "type": "string",
        "enum": [
          "ON",
          "OFF"
        ]
      }
    }
  },
  "get-object.request.v1": {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "urn:predastore:schema:get-object.request.v1",
    "title": "io.predastore.s3.v1.GetObjectRequest",
    "type": "object",
    "additionalProperties": false,
    "required": [
      "Bucket",
      "Key"
    ],
    "properties": {
      "Bucket": {
        "type": "string",
        "minLength": 1,
        "maxLength": 255
      },
      "Key": {
        "type": "string",
        "minLength": 1,
        "maxLength": 16384
      },
      "Range": {
        "type": "string",
        "maxLength": 1024
      },
      "IfMatch": {
        "type": "string",
        "minLength": 1,
        "maxLength": 8192
      },
      "IfNoneMatch": {
        "type": "string",
        "minLength": 1,
        "maxLength": 8192
      },
      "IfModifiedSince": {
        "type": "string",
        "minLength": 1,
        "maxLength": 64
      },
      "IfUnmodifiedSince": {
        "type": "string",
        "minLength": 1,
        "maxLength": 64
      },
      "ChecksumMode": {
        "type": "string",
        "enum": [
          "ENABLED"
        ]
      },
      "PartNumber": {
        "type": "integer",
        "minimum": -2147483648,
        "maximum": 2147483647
      },
      "VersionId": {
        "type": "string",
        "minLength": 1,
        "maxLength": 1024
      },
      "ExpectedBucketOwner": {
        "type": "string",
        "maxLength": 64
      },
      "SSECustomerAlgorithm": {
        "type": "string",
        "maxLength": 64
      },
      "SSECustomerKey": {
        "type": "string",
        "maxLength": 128
      },
      "SSECustomerKeyMD5": {
        "type": "string",
        "maxLength": 64
      }
    }
  },
  "get-public-access-block.reply.v1": {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "urn:predastore:schema:get-public-access-block.reply.v1",
    "title": "io.predastore.s3.v1.GetPublicAccessBlockReply",
    "type": "object",
    "additionalProperties": false,
    "required": [
      "PublicAccessBlockConfiguration"
    ],
    "properties": {
      "PublicAccessBlockConfiguration": {
        "type": "object",
        "additionalProperties": false,
        "properties": {
          "BlockPublicAcls": {
            "type": "boolean"
          },
          "IgnorePublicAcls": {
            "type": "boolean"
          },
          "BlockPublicPolicy": {
            "type": "boolean"
          },
          "RestrictPublicBuckets": {
            "type": "boolean"
          }
        }
      }
    }
  },
  "get-public-access-block.request.v1": {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "urn:predastore:schema:get-public-access-block.request.v1",
    "title": "io.predastore.s3.v1.GetPublicAccessBlockRequest",
    "type": "object",
    "additionalProperties": false,
    "required": [
      "Bucket"
    ],
    "properties": {
      "Bucket": {
        "type": "string",
        "minLength": 1,
        "maxLength": 255
      },
      "ExpectedBucketOwner": {
        "type": "string",
        "maxLength": 64
      }
    }
  },
  "grant-header.v1": {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "urn:predastore:schema:grant-header.v1",
    "title": "io.predastore.s3.v1.GrantHeader",
    "type": "object",
    "additionalProperties": false,
    "required": [
      "v",
      "to",
      "chunk",
      "window"
    ],
    "properties": {
      "v": {
        "type": "integer",
        "minimum": 1,
        "maximum": 1
      },
      "to": {
        "type": "string",
        "maxLength": 512
      },
      "chunk": {
        "type": "integer",
        "minimum": 1024,
        "maximum": 1048576
      },
      "window": {
        "type": "integer",
        "minimum": 1,
        "maximum": 64
      },
      "quic": {
        "type": "object",
        "additionalProperties": false,
        "required": [
          "address",
          "peer",
          "ticket"
        ],
        "properties": {
          "address": {
            "type": "string",
            "maxLength": 300
          },
          "peer": {
            "type": "string",
            "pattern": "^[0-9a-f]{64}$",
            "maxLength": 64
          },
          "ticket": {
            "type": "string",
            "pattern": "^[A-Za-z0-9_-]{43}$",
            "maxLength": 43
          }
        }
      }
    }
  },
  "head-bucket.reply.v1": {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "urn:predastore:schema:head-bucket.reply.v1",
    "title": "io.predastore.s3.v1.HeadBucketReply",
    "type": "object",
    "additionalProperties": false,
    "required": [
      "BucketRegion"
    ],
    "properties": {
      "BucketRegion": {
        "type": "string",
        "maxLength": 64
      }
    }
  },
  "head-bucket.request.v1": {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "urn:predastore:schema:head-bucket.request.v1",
    "title": "io.predastore.s3.v1.HeadBucketRequest",
    "type": "object",
    "additionalProperties": false,
    "required": [
      "Bucket"
    ],
    "properties": {
      "Bucket": {
        "type": "string",
        "minLength": 1,
        "maxLength": 255
      },
      "ExpectedBucketOwner": {
        "type": "string",
        "maxLength": 64
      }
    }
  },
  "head-object.reply.v1": {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "urn:predastore:schema:head-object.reply.v1",
    "title": "io.predastore.s3.v1.HeadObjectReply",
    "type": "object",
    "additionalProperties": false,
    "required": [
      "AcceptRanges",
      "ContentLength",
      "ETag",
      "LastModified",
      "ContentType",
      "Metadata"
    ],
    "properties": {
      "AcceptRanges": {
        "type": "string",
        "enum": [
          "bytes"
        ]
      },
      "ContentLength": {
        "type": "integer",
        "minimum": 0,
        "maximum": 9007199254740991
      },
      "ContentRange": {
        "type": "string",
        "maxLength": 128
      },
      "ETag": {
        "type": "string",
        "minLength": 2,
        "maxLength": 128
      },
      "LastModified": {
        "type": "string",
        "minLength": 20,
        "maxLength": 64
      },
      "ContentType": {
        "type": "string",
        "maxLength": 8192,
        "pattern": "^[^\\u0000-\\u0008\\u000a-\\u001f\\u007f]*$"
      },
      "CacheControl": {
        "type": "string",
        "maxLength": 8192,
        "pattern": "^[^\\u0000-\\u0008\\u000a-\\u001f\\u007f]*$"
      },
      "ContentDisposition": {
        "type": "string",
        "maxLength": 8192,
        "pattern": "^[^\\u0000-\\u0008\\u000a-\\u001f\\u007f]*$"
      },
      "ContentEncoding": {
        "type": "string",
        "maxLength": 8192,
        "pattern": "^[^\\u0000-\\u0008\\u000a-\\u001f\\u007f]*$"
      },
      "ContentLanguage": {
        "type": "string",
        "maxLength": 8192,
        "pattern": "^[^\\u0000-\\u0008\\u000a-\\u001f\\u007f]*$"
      },
      "Expires": {
        "type": "string",
        "maxLength": 8192,
        "pattern": "^[^\\u0000-\\u0008\\u000a-\\u001f\\u007f]*$"
      },
      "Metadata": {
        "type": "object",
        "maxProperties": 1024,
        "propertyNames": {
          "type": "string",
          "minLength": 1,
          "maxLength": 2048,
          "pattern": "^[!#$%&'*+.^_`|~0-9A-Za-z-]+$"
        },
        "additionalProperties": {
          "type": "string",
          "maxLength": 16384,
          "pattern": "^[^\\u0000-\\u0008\\u000a-\\u001f\\u007f]*$"
        }
      },
      "ChecksumCRC32": {
        "type": "string",
        "maxLength": 128
      },
      "ChecksumCRC32C": {
        "type": "string",
        "maxLength": 128
      },
      "ChecksumCRC64NVME": {
        "type": "string",
        "maxLength": 128
      },
      "ChecksumSHA1": {
        "type": "string",
        "maxLength": 128
      },
      "ChecksumSHA256": {
        "type": "string",
        "maxLength": 128
      },
      "ChecksumSHA512": {
        "type": "string",
        "maxLength": 128
      },
      "ChecksumMD5": {
        "type": "string",
        "maxLength": 128
      },
      "ChecksumXXHASH64": {
        "type": "string",
        "maxLength": 128
      },
      "ChecksumXXHASH3": {
        "type": "string",
        "maxLength": 128
      },
      "ChecksumXXHASH128": {
        "type": "string",
        "maxLength": 128
      },
      "ChecksumType": {
        "type": "string",
        "enum": [
          "FULL_OBJECT",
          "COMPOSITE"
        ]
      },
      "PartsCount": {
        "type": "integer",
        "minimum": 0,
        "maximum": 10000
      },
      "VersionId": {
        "type": "string",
        "minLength": 1,
        "maxLength": 1024
      },
      "Expiration": {
        "type": "string",
        "maxLength": 4096
      },
      "TagCount": {
        "type": "integer",
        "minimum": 1,
        "maximum": 10
      },
      "SSECustomerAlgorithm": {
        "type": "string",
        "enum": [
          "AES256"
        ]
      },
      "SSECustomerKeyMD5": {
        "type": "string",
        "maxLength": 64
      },
      "StorageClass": {
        "type": "string",
        "maxLength": 64
      },
      "WebsiteRedirectLocation": {
        "type": "string",
        "maxLength": 2048
      },
      "ObjectLockMode": {
        "type": "string",
        "enum": [
          "GOVERNANCE",
          "COMPLIANCE"
        ]
      },
      "ObjectLockRetainUntilDate": {
        "type": "string",
        "minLength": 1,
        "maxLength": 64
      },
      "ObjectLockLegalHoldStatus": {
        "type": "string",
        "enum": [
          "ON",
          "OFF"
        ]
      }
    }
  },
  "head-object.request.v1": {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "urn:predastore:schema:head-object.request.v1",
    "title": "io.predastore.s3.v1.HeadObjectRequest",
    "type": "object",
    "additionalProperties": false,
    "required": [
      "Bucket",
      "Key"
    ],
    "properties": {
      "Bucket": {
        "type": "string",
        "minLength": 1,
        "maxLength": 255
      },
      "Key": {
        "type": "string",
        "minLength": 1,
        "maxLength": 16384
      },
      "Range": {
        "type": "string",
        "maxLength": 1024
      },
      "IfMatch": {
        "type": "string",
        "minLength": 1,
        "maxLength": 8192
      },
      "IfNoneMatch": {
        "type": "string",
        "minLength": 1,
        "maxLength": 8192
      },
      "IfModifiedSince": {
        "type": "string",
        "minLength": 1,
        "maxLength": 64
      },
      "IfUnmodifiedSince": {
        "type": "string",
        "minLength": 1,
        "maxLength": 64
      },
      "ChecksumMode": {
        "type": "string",
        "enum": [
          "ENABLED"
        ]
      },
      "PartNumber": {
        "type": "integer",
        "minimum": -2147483648,
        "maximum": 2147483647
      },
      "VersionId": {
        "type": "string",
        "minLength": 1,
        "maxLength": 1024
      },
      "ExpectedBucketOwner": {
        "type": "string",
        "maxLength": 64
      },
      "SSECustomerAlgorithm": {
        "type": "string",
        "maxLength": 64
      },
      "SSECustomerKey": {
        "type": "string",
        "maxLength": 128
      },
      "SSECustomerKeyMD5": {
        "type": "string",
        "maxLength": 64
      }
    }
  },
  "list-buckets.reply.v1": {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "urn:predastore:schema:list-buckets.reply.v1",
    "title": "io.predastore.s3.v1.ListBucketsReply",
    "type": "object",
    "additionalProperties": false,
    "required": [
      "Buckets",
      "Owner"
    ],
    "properties": {
      "Buckets": {
        "type": "array",
        "maxItems": 10000,
        "items": {
          "type": "object",
          "additionalProperties": false,
          "required": [
            "Name",
            "CreationDate",
            "BucketRegion"
          ],
          "properties": {
            "Name": {
              "type": "string",
              "minLength": 1,
              "maxLength": 255
            },
            "CreationDate": {
              "type": "string",
              "minLength": 20,
              "maxLength": 64
            },
            "BucketRegion": {
              "type": "string",
              "maxLength": 64
            }
          }
        }
      },
      "Owner": {
        "type": "object",
        "additionalProperties": false,
        "required": [
          "ID"
        ],
        "properties": {
          "ID": {
            "type": "string",
            "maxLength": 64
          },
          "DisplayName": {
            "type": "string",
            "maxLength": 64
          }
        }
      },
      "Prefix": {
        "type": "string",
        "maxLength": 255
      },
      "ContinuationToken": {
        "type": "string",
        "maxLength": 32768
      }
    }
  },
  "list-buckets.request.v1": {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "urn:predastore:schema:list-buckets.request.v1",
    "title": "io.predastore.s3.v1.ListBucketsRequest",
    "type": "object",
    "additionalProperties": false,
    "properties": {
      "Prefix": {
        "type": "string",
        "maxLength": 255
      },
      "ContinuationToken": {
        "type": "string",
        "maxLength": 32768
      },
      "MaxBuckets": {
        "type": "integer",
        "minimum": 1,
        "maximum": 10000
      },
      "BucketRegion": {
        "type": "string",
        "maxLength": 64
      },
      "OwnerAccountId": {
        "type": "string",
        "pattern": "^[0-9]{12}$",
        "maxLength": 12
      }
    }
  },
  "list-multipart-uploads.reply.v1": {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "urn:predastore:schema:list-multipart-uploads.reply.v1",
    "title": "io.predastore.s3.v1.ListMultipartUploadsReply",
    "type": "object",
    "additionalProperties": false,
    "required": [
      "Bucket",
      "Prefix",
      "KeyMarker",
      "UploadIdMarker",
      "MaxUploads",
      "IsTruncated"
    ],
    "properties": {
      "Bucket": {
        "type": "string",
        "minLength": 1,
        "maxLength": 255
      },
      "Prefix": {
        "type": "string",
        "maxLength": 16384
      },
      "Delimiter": {
        "type": "string",
        "maxLength": 1024
      },
      "KeyMarker": {
        "type": "string",
        "maxLength": 16384
      },
      "UploadIdMarker": {
        "type": "string",
        "maxLength": 1024
      },
      "NextKeyMarker": {
        "type": "string",
        "maxLength": 16384
      },
      "NextUploadIdMarker": {
        "type": "string",
        "maxLength": 1024
      },
      "MaxUploads": {
        "type": "integer",
        "minimum": 0,
        "maximum": 100000
      },
      "EncodingType": {
        "type": "string",
        "enum": [
          "url"
        ]
      },
      "IsTruncated": {
        "type": "boolean"
      },
      "Uploads": {
        "type": "array",
        "maxItems": 100000,
        "items": {
          "type": "object",
          "additionalProperties": false,
          "required": [
            "Key",
            "UploadId",
            "Initiated",
            "StorageClass"
          ],
          "properties": {
            "Key": {
              "type": "string",
              "minLength": 1,
              "maxLength": 16384
            },
            "UploadId": {
              "type": "string",
              "minLength": 1,
              "maxLength": 1024
            },
            "Initiated": {
              "type": "string",
              "minLength": 20,
              "maxLength": 64
            },
            "StorageClass": {
              "type": "string",
              "maxLength": 64
            },
            "Initiator": {
              "type": "object",
              "additionalProperties": false,
              "required": [
                "ID"
              ],
              "properties": {
                "ID": {
                  "type": "string",
                  "maxLength": 64
                },
                "DisplayName": {
                  "type": "string",
                  "maxLength": 64
                }
              }
            },
            "Owner": {
              "type": "object",
              "additionalProperties": false,
              "required": [
                "ID"
              ],
              "properties": {
                "ID": {
                  "type": "string",
                  "maxLength": 64
                },
                "DisplayName": {
                  "type": "string",
                  "maxLength": 64
                }
              }
            },
            "ChecksumAlgorithm": {
              "type": "string",
              "enum": [
                "CRC32",
                "CRC32C",
                "CRC64NVME",
                "SHA1",
                "SHA256",
                "SHA512",
                "MD5",
                "XXHASH64",
                "XXHASH3",
                "XXHASH128"
              ]
            },
            "ChecksumType": {
              "type": "string",
              "enum": [
                "FULL_OBJECT",
                "COMPOSITE"
              ]
            }
          }
        }
      },
      "CommonPrefixes": {
        "type": "array",
        "maxItems": 100000,
        "items": {
          "type": "object",
          "additionalProperties": false,
          "required": [
            "Prefix"
          ],
          "properties": {
            "Prefix": {
              "type": "string",
              "minLength": 1,
              "maxLength": 16384
            }
          }
        }
      }
    }
  },
  "list-multipart-uploads.request.v1": {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "urn:predastore:schema:list-multipart-uploads.request.v1",
    "title": "io.predastore.s3.v1.ListMultipartUploadsRequest",
    "type": "object",
    "additionalProperties": false,
    "required": [
      "Bucket"
    ],
    "properties": {
      "Bucket": {
        "type": "string",
        "minLength": 1,
        "maxLength": 255
      },
      "Prefix": {
        "type": "string",
        "maxLength": 16384
      },
      "Delimiter": {
        "type": "string",
        "maxLength": 1024
      },
      "KeyMarker": {
        "type": "string",
        "maxLength": 16384
      },
      "UploadIdMarker": {
        "type": "string",
        "maxLength": 1024
      },
      "MaxUploads": {
        "type": "integer",
        "minimum": -2147483648,
        "maximum": 2147483647
      },
      "EncodingType": {
        "type": "string",
        "enum": [
          "url"
        ]
      },
      "ExpectedBucketOwner": {
        "type": "string",
        "maxLength": 64
      }
    }
  },
  "list-object-versions.reply.v1": {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "urn:predastore:schema:list-object-versions.reply.v1",
    "title": "io.predastore.s3.v1.ListObjectVersionsReply",
    "type": "object",
    "additionalProperties": false,
    "required": [
      "Name",
      "Prefix",
      "KeyMarker",
      "VersionIdMarker",
      "MaxKeys",
      "IsTruncated"
    ],
    "properties": {
      "Name": {
        "type": "string",
        "minLength": 1,
        "maxLength": 255
      },
      "Prefix": {
        "type": "string",
        "maxLength": 16384
      },
      "Delimiter": {
        "type": "string",
        "maxLength": 1024
      },
      "KeyMarker": {
        "type": "string",
        "minLength": 0,
        "maxLength": 16384
      },
      "VersionIdMarker": {
        "type": "string",
        "minLength": 0,
        "maxLength": 1024
      },
      "NextKeyMarker": {
        "type": "string",
        "minLength": 1,
        "maxLength": 16384
      },
      "NextVersionIdMarker": {
        "type": "string",
        "minLength": 1,
        "maxLength": 1024
      },
      "MaxKeys": {
        "type": "integer",
        "minimum": 0,
        "maximum": 100000
      },
      "EncodingType": {
        "type": "string",
        "enum": [
          "url"
        ]
      },
      "IsTruncated": {
        "type": "boolean"
      },
      "Versions": {
        "type": "array",
        "maxItems": 100000,
        "items": {
          "type": "object",
          "additionalProperties": false,
          "required": [
            "Key",
            "VersionId",
            "IsLatest",
            "LastModified",
            "ETag",
            "Size",
            "StorageClass"
          ],
          "properties": {
            "Key": {
              "type": "string",
              "minLength": 1,
              "maxLength": 16384
            },
            "VersionId": {
              "type": "string",
              "minLength": 1,
              "maxLength": 1024
            },
            "IsLatest": {
              "type": "boolean"
            },
            "LastModified": {
              "type": "string",
              "minLength": 20,
              "maxLength": 64
            },
            "ETag": {
              "type": "string",
              "minLength": 2,
              "maxLength": 128
            },
            "Size": {
              "type": "integer",
              "minimum": 0,
              "maximum": 9007199254740991
            },
            "StorageClass": {
              "type": "string",
              "maxLength": 64
            },
            "ChecksumAlgorithm": {
              "type": "array",
              "maxItems": 5,
              "items": {
                "type": "string",
                "enum": [
                  "CRC32",
                  "CRC32C",
                  "CRC64NVME",
                  "SHA1",
                  "SHA256",
                  "SHA512",
                  "MD5",
                  "XXHASH64",
                  "XXHASH3",
                  "XXHASH128"
                ]
              }
            },
            "ChecksumType": {
              "type": "string",
              "enum": [
                "COMPOSITE",
                "FULL_OBJECT"
              ]
            },
            "Owner": {
              "type": "object",
              "additionalProperties": false,
              "required": [
                "ID"
              ],
              "properties": {
                "ID": {
                  "type": "string",
                  "maxLength": 64
                },
                "DisplayName": {
                  "type": "string",
                  "maxLength": 64
                }
              }
            }
          }
        }
      },
      "DeleteMarkers": {
        "type": "array",
        "maxItems": 100000,
        "items": {
          "type": "object",
          "additionalProperties": false,
          "required": [
            "Key",
            "VersionId",
            "IsLatest",
            "LastModified"
          ],
          "properties": {
            "Key": {
              "type": "string",
              "minLength": 1,
              "maxLength": 16384
            },
            "VersionId": {
              "type": "string",
              "minLength": 1,
              "maxLength": 1024
            },
            "IsLatest": {
              "type": "boolean"
            },
            "LastModified": {
              "type": "string",
              "minLength": 20,
              "maxLength": 64
            },
            "Owner": {
              "type": "object",
              "additionalProperties": false,
              "required": [
                "ID"
              ],
              "properties": {
                "ID": {
                  "type": "string",
                  "maxLength": 64
                },
                "DisplayName": {
                  "type": "string",
                  "maxLength": 64
                }
              }
            }
          }
        }
      },
      "CommonPrefixes": {
        "type": "array",
        "maxItems": 100000,
        "items": {
          "type": "object",
          "additionalProperties": false,
          "required": [
            "Prefix"
          ],
          "properties": {
            "Prefix": {
              "type": "string",
              "minLength": 1,
              "maxLength": 16384
            }
          }
        }
      }
    }
  },
  "list-object-versions.request.v1": {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "urn:predastore:schema:list-object-versions.request.v1",
    "title": "io.predastore.s3.v1.ListObjectVersionsRequest",
    "type": "object",
    "additionalProperties": false,
    "required": [
      "Bucket"
    ],
    "properties": {
      "Bucket": {
        "type": "string",
        "minLength": 1,
        "maxLength": 255
      },
      "Prefix": {
        "type": "string",
        "maxLength": 16384
      },
      "Delimiter": {
        "type": "string",
        "maxLength": 1024
      },
      "KeyMarker": {
        "type": "string",
        "minLength": 0,
        "maxLength": 16384
      },
      "VersionIdMarker": {
        "type": "string",
        "minLength": 0,
        "maxLength": 1024
      },
      "MaxKeys": {
        "type": "integer",
        "minimum": -2147483648,
        "maximum": 2147483647
      },
      "EncodingType": {
        "type": "string",
        "enum": [
          "url"
        ]
      },
      "ExpectedBucketOwner": {
        "type": "string",
        "maxLength": 64
      }
    }
  },
  "list-objects-v2.reply.v1": {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "urn:predastore:schema:list-objects-v2.reply.v1",
    "title": "io.predastore.s3.v1.ListObjectsV2Reply",
    "type": "object",
    "additionalProperties": false,
    "required": [
      "Name",
      "Prefix",
      "MaxKeys",
      "IsTruncated",
      "KeyCount"
    ],
    "properties": {
      "Name": {
        "type": "string",
        "minLength": 1,
        "maxLength": 255
      },
      "Prefix": {
        "type": "string",
        "maxLength": 16384
      },
      "Delimiter": {
        "type": "string",
        "maxLength": 1024
      },
      "MaxKeys": {
        "type": "integer",
        "minimum": 0,
        "maximum": 100000
      },
      "EncodingType": {
        "type": "string",
        "enum": [
          "url"
        ]
      },
      "IsTruncated": {
        "type": "boolean"
      },
      "Contents": {
        "type": "array",
        "maxItems": 100000,
        "items": {
          "type": "object",
          "additionalProperties": false,
          "required": [
            "Key",
            "LastModified",
            "ETag",
            "Size",
            "StorageClass"
          ],
          "properties": {
            "Key": {
              "type": "string",
              "minLength": 1,
              "maxLength": 16384
            },
            "LastModified": {
              "type": "string",
              "minLength": 20,
              "maxLength": 64
            },
            "ETag": {
              "type": "string",
              "minLength": 2,
              "maxLength": 128
            },
            "Size": {
              "type": "integer",
              "minimum": 0,
              "maximum": 9007199254740991
            },
            "StorageClass": {
              "type": "string",
              "maxLength": 64
            },
            "Owner": {
              "type": "object",
              "additionalProperties": false,
              "required": [
                "ID"
              ],
              "properties": {
                "ID": {
                  "type": "string",
                  "maxLength": 64
                },
                "DisplayName": {
                  "type": "string",
                  "maxLength": 64
                }
              }
            },
            "ChecksumAlgorithm": {
              "type": "array",
              "maxItems": 5,
              "items": {
                "type": "string",
                "enum": [
                  "CRC32",
                  "CRC32C",
                  "CRC64NVME",
                  "SHA1",
                  "SHA256",
                  "SHA512",
                  "MD5",
                  "XXHASH64",
                  "XXHASH3",
                  "XXHASH128"
                ]
              }
            },
            "ChecksumType": {
              "type": "string",
              "enum": [
                "COMPOSITE",
                "FULL_OBJECT"
              ]
            }
          }
        }
      },
      "CommonPrefixes": {
        "type": "array",
        "maxItems": 100000,
        "items": {
          "type": "object",
          "additionalProperties": false,
          "required": [
            "Prefix"
          ],
          "properties": {
            "Prefix": {
              "type": "string",
              "minLength": 1,
              "maxLength": 16384
            }
          }
        }
      },
      "KeyCount": {
        "type": "integer",
        "minimum": 0,
        "maximum": 100000
      },
      "StartAfter": {
        "type": "string",
        "maxLength": 16384
      },
      "ContinuationToken": {
        "type": "string",
        "maxLength": 32768
      },
      "NextContinuationToken": {
        "type": "string",
        "maxLength": 32768
      }
    }
  },
  "list-objects-v2.request.v1": {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "urn:predastore:schema:list-objects-v2.request.v1",
    "title": "io.predastore.s3.v1.ListObjectsV2Request",
    "type": "object",
    "additionalProperties": false,
    "required": [
      "Bucket"
    ],
    "properties": {
      "Bucket": {
        "type": "string",
        "minLength": 1,
        "maxLength": 255
      },
      "Prefix": {
        "type": "string",
        "maxLength": 16384
      },
      "Delimiter": {
        "type": "string",
        "maxLength": 1024
      },
      "StartAfter": {
        "type": "string",
        "maxLength": 16384
      },
      "ContinuationToken": {
        "type": "string",
        "maxLength": 32768
      },
      "MaxKeys": {
        "type": "integer",
        "minimum": -2147483648,
        "maximum": 2147483647
      },
      "EncodingType": {
        "type": "string",
        "enum": [
          "url"
        ]
      },
      "FetchOwner": {
        "type": "boolean"
      },
      "ExpectedBucketOwner": {
        "type": "string",
        "maxLength": 64
      }
    }
  },
  "list-objects.reply.v1": {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "urn:predastore:schema:list-objects.reply.v1",
    "title": "io.predastore.s3.v1.ListObjectsReply",
    "type": "object",
    "additionalProperties": false,
    "required": [
      "Name",
      "Prefix",
      "Marker",
      "MaxKeys",
      "IsTruncated"
    ],
    "properties": {
      "Name": {
        "type": "string",
        "minLength": 1,
        "maxLength": 255
      },
      "Prefix": {
        "type": "string",
        "maxLength": 16384
      },
      "Delimiter": {
        "type": "string",
        "maxLength": 1024
      },
      "MaxKeys": {
        "type": "integer",
        "minimum": 0,
        "maximum": 100000
      },
      "EncodingType": {
        "type": "string",
        "enum": [
          "url"
        ]
      },
      "IsTruncated": {
        "type": "boolean"
      },
      "Contents": {
        "type": "array",
        "maxItems": 100000,
        "items": {
          "type": "object",
          "additionalProperties": false,
          "required": [
            "Key",
            "LastModified",
            "ETag",
            "Size",
            "StorageClass"
          ],
          "properties": {
            "Key": {
              "type": "string",
              "minLength": 1,
              "maxLength": 16384
            },
            "LastModified": {
              "type": "string",
              "minLength": 20,
              "maxLength": 64
            },
            "ETag": {
              "type": "string",
              "minLength": 2,
              "maxLength": 128
            },
            "Size": {
              "type": "integer",
              "minimum": 0,
              "maximum": 9007199254740991
            },
            "StorageClass": {
              "type": "string",
              "maxLength": 64
            },
            "Owner": {
              "type": "object",
              "additionalProperties": false,
              "required": [
                "ID"
              ],
              "properties": {
                "ID": {
                  "type": "string",
                  "maxLength": 64
                },
                "DisplayName": {
                  "type": "string",
                  "maxLength": 64
                }
              }
            },
            "ChecksumAlgorithm": {
              "type": "array",
              "maxItems": 5,
              "items": {
                "type": "string",
                "enum": [
                  "CRC32",
                  "CRC32C",
                  "CRC64NVME",
                  "SHA1",
                  "SHA256",
                  "SHA512",
                  "MD5",
                  "XXHASH64",
                  "XXHASH3",
                  "XXHASH128"
                ]
              }
            },
            "ChecksumType": {
              "type": "string",
              "enum": [
                "COMPOSITE",
                "FULL_OBJECT"
              ]
            }
          }
        }
      },
      "CommonPrefixes": {
        "type": "array",
        "maxItems": 100000,
        "items": {
          "type": "object",
          "additionalProperties": false,
          "required": [
            "Prefix"
          ],
          "properties": {
            "Prefix": {
              "type": "string",
              "minLength": 1,
              "maxLength": 16384
            }
          }
        }
      },
      "Marker": {
        "type": "string",
        "maxLength": 16384
      },
      "NextMarker": {
        "type": "string",
        "maxLength": 16384
      }
    }
  },
  "list-objects.request.v1": {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "urn:predastore:schema:list-objects.request.v1",
    "title": "io.predastore.s3.v1.ListObjectsRequest",
    "type": "object",
    "additionalProperties": false,
    "required": [
      "Bucket"
    ],
    "properties": {
      "Bucket": {
        "type": "string",
        "minLength": 1,
        "maxLength": 255
      },
      "Prefix": {
        "type": "string",
        "maxLength": 16384
      },
      "Delimiter": {
        "type": "string",
        "maxLength": 1024
      },
      "Marker": {
        "type": "string",
        "maxLength": 16384
      },
      "MaxKeys": {
        "type": "integer",
        "minimum": -2147483648,
        "maximum": 2147483647
      },
      "EncodingType": {
        "type": "string",
        "enum": [
          "url"
        ]
      },
      "ExpectedBucketOwner": {
        "type": "string",
        "maxLength": 64
      }
    }
  },
  "list-parts.reply.v1": {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "urn:predastore:schema:list-parts.reply.v1",
    "title": "io.predastore.s3.v1.ListPartsReply",
    "type": "object",
    "additionalProperties": false,
    "required": [
      "Bucket",
      "Key",
      "UploadId",
      "PartNumberMarker",
      "MaxParts",
      "IsTruncated",
      "StorageClass"
    ],
    "properties": {
      "Bucket": {
        "type": "string",
        "minLength": 1,
        "maxLength": 255
      },
      "Key": {
        "type": "string",
        "minLength": 1,
        "maxLength": 16384
      },
      "UploadId": {
        "type": "string",
        "minLength": 1,
        "maxLength": 1024
      },
      "PartNumberMarker": {
        "type": "string",
        "maxLength": 32
      },
      "NextPartNumberMarker": {
        "type": "string",
        "maxLength": 32
      },
      "MaxParts": {
        "type": "integer",
        "minimum": 0,
        "maximum": 10000
      },
      "IsTruncated": {
        "type": "boolean"
      },
      "Parts": {
        "type": "array",
        "maxItems": 10000,
        "items": {
          "type": "object",
          "additionalProperties": false,
          "required": [
            "PartNumber",
            "LastModified",
            "ETag",
            "Size"
          ],
          "properties": {
            "PartNumber": {
              "type": "integer",
              "minimum": 1,
              "maximum": 10000
            },
            "LastModified": {
              "type": "string",
              "minLength": 20,
              "maxLength": 64
            },
            "ETag": {
              "type": "string",
              "minLength": 2,
              "maxLength": 128
            },
            "Size": {
              "type": "integer",
              "minimum": 0,
              "maximum": 9007199254740991
            },
            "ChecksumCRC32": {
              "type": "string",
              "maxLength": 128
            },
            "ChecksumCRC32C": {
              "type": "string",
              "maxLength": 128
            },
            "ChecksumCRC64NVME": {
              "type": "string",
              "maxLength": 128
            },
            "ChecksumSHA1": {
              "type": "string",
              "maxLength": 128
            },
            "ChecksumSHA256": {
              "type": "string",
              "maxLength": 128
            },
            "ChecksumSHA512": {
              "type": "string",
              "maxLength": 128
            },
            "ChecksumMD5": {
              "type": "string",
              "maxLength": 128
            },
            "ChecksumXXHASH64": {
              "type": "string",
              "maxLength": 128
            },
            "ChecksumXXHASH3": {
              "type": "string",
              "maxLength": 128
            },
            "ChecksumXXHASH128": {
              "type": "string",
              "maxLength": 128
            }
          }
        }
      },
      "Initiator": {
        "type": "object",
        "additionalProperties": false,
        "required": [
          "ID"
        ],
        "properties": {
          "ID": {
            "type": "string",
            "maxLength": 64
          },
          "DisplayName": {
            "type": "string",
            "maxLength": 64
          }
        }
      },
      "Owner": {
        "type": "object",
        "additionalProperties": false,
        "required": [
          "ID"
        ],
        "properties": {
          "ID": {
            "type": "string",
            "maxLength": 64
          },
          "DisplayName": {
            "type": "string",
            "maxLength": 64
          }
        }
      },
      "StorageClass": {
        "type": "string",
        "maxLength": 64
      },
      "ChecksumAlgorithm": {
        "type": "string",
        "enum": [
          "CRC32",
          "CRC32C",
          "CRC64NVME",
          "SHA1",
          "SHA256",
          "SHA512",
          "MD5",
          "XXHASH64",
          "XXHASH3",
          "XXHASH128"
        ]
      },
      "ChecksumType": {
        "type": "string",
        "enum": [
          "FULL_OBJECT",
          "COMPOSITE"
        ]
      },
      "AbortDate": {
        "type": "string",
        "maxLength": 64
      },
      "AbortRuleId": {
        "type": "string",
        "maxLength": 1024
      }
    }
  },
  "list-parts.request.v1": {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "urn:predastore:schema:list-parts.request.v1",
    "title": "io.predastore.s3.v1.ListPartsRequest",
    "type": "object",
    "additionalProperties": false,
    "required": [
      "Bucket",
      "Key",
      "UploadId"
    ],
    "properties": {
      "Bucket": {
        "type": "string",
        "minLength": 1,
        "maxLength": 255
      },
      "Key": {
        "type": "string",
        "minLength": 1,
        "maxLength": 16384
      },
      "UploadId": {
        "type": "string",
        "minLength": 1,
        "maxLength": 1024
      },
      "MaxParts": {
        "type": "integer",
        "minimum": -2147483648,
        "maximum": 2147483647
      },
      "PartNumberMarker": {
        "type": "string",
        "maxLength": 32
      },
      "ExpectedBucketOwner": {
        "type": "string",
        "maxLength": 64
      }
    }
  },
  "object-event.v1": {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "urn:predastore:schema:object-event.v1",
    "title": "io.predastore.s3.v1.ObjectEvent",
    "type": "object",
    "additionalProperties": false,
    "required": [
      "Records"
    ],
    "properties": {
      "Records": {
        "type": "array",
        "minItems": 1,
        "maxItems": 1,
        "items": {
          "type": "object",
          "additionalProperties": false,
          "required": [
            "eventVersion",
            "eventSource",
            "awsRegion",
            "eventTime",
            "eventName",
            "userIdentity",
            "requestParameters",
            "responseElements",
            "s3"
          ],
          "properties": {
            "eventVersion": {
              "type": "string",
              "enum": [
                "2.1"
              ]
            },
            "eventSource": {
              "type": "string",
              "enum": [
                "aws:s3"
              ]
            },
            "awsRegion": {
              "type": "string",
              "maxLength": 64
            },
            "eventTime": {
              "type": "string",
              "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]{12}Z$",
              "maxLength": 24
            },
            "eventName": {
              "type": "string",
              "enum": [
                "ObjectCreated:Put",
                "ObjectCreated:Copy",
                "ObjectCreated:CompleteMultipartUpload",
                "ObjectRemoved:Delete",
                "ObjectRemoved:DeleteMarkerCreated",
                "LifecycleExpiration:Delete",
                "LifecycleExpiration:DeleteMarkerCreated"
              ]
            },
            "userIdentity": {
              "type": "object",
              "additionalProperties": false,
              "required": [
                "principalId"
              ],
              "properties": {
                "principalId": {
                  "type": "string",
                  "maxLength": 64
                }
              }
            },
            "requestParameters": {
              "type": "object",
              "additionalProperties": false,
              "required": [
                "sourceIPAddress"
              ],
              "properties": {
                "sourceIPAddress": {
                  "type": "string",
                  "maxLength": 64
                }
              }
            },
            "responseElements": {
              "type": "object",
              "additionalProperties": false,
              "required": [
                "x-amz-request-id",
                "x-amz-id-2"
              ],
              "properties": {
                "x-amz-request-id": {
                  "type": "string",
                  "maxLength": 128
                },
                "x-amz-id-2": {
                  "type": "string",
                  "maxLength": 128
                }
              }
            },
            "s3": {
              "type": "object",
              "additionalProperties": false,
              "required": [
                "s3SchemaVersion",
                "configurationId",
                "bucket",
                "object"
              ],
              "properties": {
                "s3SchemaVersion": {
                  "type": "string",
                  "enum": [
                    "1.0"
                  ]
                },
                "configurationId": {
                  "type": "string",
                  "maxLength": 255
                },
                "bucket": {
                  "type": "object",
                  "additionalProperties": false,
                  "required": [
                    "name",
                    "ownerIdentity",
                    "arn"
                  ],
                  "properties": {
                    "name": {
                      "type": "string",
                      "maxLength": 63
                    },
                    "ownerIdentity": {
                      "type": "object",
                      "additionalProperties": false,
                      "required": [
                        "principalId"
                      ],
                      "properties": {
                        "principalId": {
                          "type": "string",
                          "maxLength": 64
                        }
                      }
                    },
                    "arn": {
                      "type": "string",
                      "maxLength": 128
                    }
                  }
                },
                "object": {
                  "type": "object",
                  "additionalProperties": false,
                  "required": [
                    "key",
                    "sequencer"
                  ],
                  "properties": {
                    "key": {
                      "type": "string",
                      "maxLength": 3072
                    },
                    "size": {
                      "type": "integer",
                      "minimum": 0,
                      "maximum": 9007199254740991
                    },
                    "eTag": {
                      "type": "string",
                      "maxLength": 64
                    },
                    "versionId": {
                      "type": "string",
                      "maxLength": 64
                    },
                    "sequencer": {
                      "type": "string",
                      "pattern": "^[0-9A-F]{16}$",
                      "maxLength": 24
                    }
                  }
                }
              }
            }
          }
        }
      }
    }
  },
  "options-object.reply.v1": {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "urn:predastore:schema:options-object.reply.v1",
    "title": "io.predastore.s3.v1.OptionsObjectReply",
    "type": "object",
    "additionalProperties": false,
    "required": [
      "AllowOrigin",
      "AllowMethods",
      "AllowHeaders",
      "ExposeHeaders",
      "AllowCredentials"
    ],
    "properties": {
      "AllowOrigin": {
        "type": "string",
        "maxLength": 2048
      },
      "AllowMethods": {
        "type": "array",
        "maxItems": 100,
        "items": {
          "type": "string",
          "maxLength": 64
        }
      },
      "AllowHeaders": {
        "type": "array",
        "maxItems": 1000,
        "items": {
          "type": "string",
          "maxLength": 1024
        }
      },
      "ExposeHeaders": {
        "type": "array",
        "maxItems": 1000,
        "items": {
          "type": "string",
          "maxLength": 1024
        }
      },
      "MaxAgeSeconds": {
        "type": "integer",
        "minimum": 0,
        "maximum": 2147483647
      },
      "AllowCredentials": {
        "type": "boolean"
      }
    }
  },
  "options-object.request.v1": {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "urn:predastore:schema:options-object.request.v1",
    "title": "io.predastore.s3.v1.OptionsObjectRequest",
    "type": "object",
    "additionalProperties": false,
    "required": [
      "Bucket",
      "Origin",
      "RequestMethod"
    ],
    "properties": {
      "Bucket": {
        "type": "string",
        "minLength": 1,
        "maxLength": 255
      },
      "Origin": {
        "type": "string",
        "maxLength": 2048
      },
      "RequestMethod": {
        "type": "string",
        "maxLength": 64
      },
      "RequestHeaders": {
        "type": "array",
        "maxItems": 1000,
        "items": {
          "type": "string",
          "maxLength": 1024
        }
      },
      "Key": {
        "type": "string",
        "maxLength": 1024
      }
    }
  },
  "put-bucket-acl.reply.v1": {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "urn:predastore:schema:put-bucket-acl.reply.v1",
    "title": "io.predastore.s3.v1.PutBucketAclReply",
    "type": "object",
    "additionalProperties": false,
    "properties": {}
  },
  "put-bucket-acl.request.v1": {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "urn:predastore:schema:put-bucket-acl.request.v1",
    "title": "io.predastore.s3.v1.PutBucketAclRequest",
    "type": "object",
    "additionalProperties": false,
    "required": [
      "Bucket"
    ],
    "properties": {
      "Bucket": {
        "type": "string",
        "minLength": 1,
        "maxLength": 255
      },
      "ACL": {
        "type": "string",
        "maxLength": 64
      },
      "AccessControlPolicy": {
        "type": "object",
        "additionalProperties": false,
        "properties": {
          "Owner": {
            "type": "object",
            "additionalProperties": false,
            "properties": {
              "ID": {
                "type": "string",
                "maxLength": 128
              },
              "DisplayName": {
                "type": "string",
                "maxLength": 256
              }
            }
          },
          "Grants": {
            "type": "array",
            "maxItems": 100,
            "items": {
              "type": "object",
              "additionalProperties": false,
              "required": [
                "Grantee",
                "Permission"
              ],
              "properties": {
                "Grantee": {
                  "type": "object",
                  "additionalProperties": false,
                  "required": [
                    "Type"
                  ],
                  "properties": {
                    "Type": {
                      "type": "string",
                      "enum": [
                        "CanonicalUser",
                        "Group",
                        "AmazonCustomerByEmail"
                      ]
                    },
                    "ID": {
                      "type": "string",
                      "maxLength": 128
                    },
                    "DisplayName": {
                      "type": "string",
                      "maxLength": 256
                    },
                    "URI": {
                      "type": "string",
                      "maxLength": 256
                    },
                    "EmailAddress": {
                      "type": "string",
                      "maxLength": 320
                    }
                  }
                },
                "Permission": {
                  "type": "string",
                  "enum": [
                    "FULL_CONTROL",
                    "READ",
                    "WRITE",
                    "READ_ACP",
                    "WRITE_ACP"
                  ]
                }
              }
            }
          }
        }
      },
      "GrantFullControl": {
        "type": "string",
        "maxLength": 4096
      },
      "GrantRead": {
        "type": "string",
        "maxLength": 4096
      },
      "GrantReadACP": {
        "type": "string",
        "maxLength": 4096
      },
      "GrantWrite": {
        "type": "string",
        "maxLength": 4096
      },
      "GrantWriteACP": {
        "type": "string",
        "maxLength": 4096
      },
      "ContentMD5": {
        "type": "string",
        "maxLength": 64
      },
      "ChecksumAlgorithm": {
        "type": "string",
        "enum": [
          "CRC32",
          "CRC32C",
          "CRC64NVME",
          "SHA1",
          "SHA256",
          "SHA512",
          "MD5",
          "XXHASH64",
          "XXHASH3",
          "XXHASH128"
        ]
      },
      "ExpectedBucketOwner": {
        "type": "string",
        "maxLength": 64
      }
    }
  },
  "put-bucket-cors.reply.v1": {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "urn:predastore:schema:put-bucket-cors.reply.v1",
    "title": "io.predastore.s3.v1.PutBucketCorsReply",
    "type": "object",
    "additionalProperties": false,
    "properties": {}
  },
  "put-bucket-cors.request.v1": {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "urn:predastore:schema:put-bucket-cors.request.v1",
    "title": "io.predastore.s3.v1.PutBucketCorsRequest",
    "type": "object",
    "additionalProperties": false,
    "required": [
      "Bucket",
      "CORSConfiguration"
    ],
    "properties": {
      "Bucket": {
        "type": "string",
        "minLength": 1,
        "maxLength": 255
      },
      "CORSConfiguration": {
        "type": "object",
        "additionalProperties": false,
        "required": [
          "CORSRules"
        ],
        "properties": {
          "CORSRules": {
            "type": "array",
            "maxItems": 1000,
            "items": {
              "type": "object",
              "additionalProperties": false,
              "required": [
                "AllowedMethods",
                "AllowedOrigins"
              ],
              "properties": {
                "ID": {
                  "type": "string",
                  "maxLength": 1024
                },
                "AllowedHeaders": {
                  "type": "array",
                  "maxItems": 1000,
                  "items": {
                    "type": "string",
                    "maxLength": 1024
                  }
                },
                "AllowedMethods": {
                  "type": "array",
                  "maxItems": 100,
                  "items": {
                    "type": "string",
                    "maxLength": 64
                  }
                },
                "AllowedOrigins": {
                  "type": "array",
                  "maxItems": 1000,
                  "items": {
                    "type": "string",
                    "maxLength": 1024
                  }
                },
                "ExposeHeaders": {
                  "type": "array",
                  "maxItems": 1000,
                  "items": {
                    "type": "string",
                    "maxLength": 1024
                  }
                },
                "MaxAgeSeconds": {
                  "type": "integer",
                  "minimum": 0,
                  "maximum": 2147483647
                }
              }
            }
          }
        }
      },
      "ExpectedBucketOwner": {
        "type": "string",
        "maxLength": 64
      }
    }
  },
  "put-bucket-encryption.reply.v1": {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "urn:predastore:schema:put-bucket-encryption.reply.v1",
    "title": "io.predastore.s3.v1.PutBucketEncryptionReply",
    "type": "object",
    "additionalProperties": false,
    "properties": {}
  },
  "put-bucket-encryption.request.v1": {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "urn:predastore:schema:put-bucket-encryption.request.v1",
    "title": "io.predastore.s3.v1.PutBucketEncryptionRequest",
    "type": "object",
    "additionalProperties": false,
    "required": [
      "Bucket",
      "ServerSideEncryptionConfiguration"
    ],
    "properties": {
      "Bucket": {
        "type": "string",
        "minLength": 1,
        "maxLength": 255
      },
      "ServerSideEncryptionConfiguration": {
        "type": "object",
        "additionalProperties": false,
        "required": [
          "Rules"
        ],
        "properties": {
          "Rules": {
            "type": "array",
            "maxItems": 100,
            "items": {
              "type": "object",
              "additionalProperties": false,
              "properties": {
                "ApplyServerSideEncryptionByDefault": {
                  "type": "object",
                  "additionalProperties": false,
                  "required": [
                    "SSEAlgorithm"
                  ],
                  "properties": {
                    "SSEAlgorithm": {
                      "type": "string",
                      "maxLength": 64
                    },
                    "KMSMasterKeyID": {
                      "type": "string",
                      "maxLength": 2048
                    }
                  }
                },
                "BucketKeyEnabled": {
                  "type": "boolean"
                }
              }
            }
          }
        }
      },
      "ExpectedBucketOwner": {
        "type": "string",
        "maxLength": 64
      }
    }
  },
  "put-bucket-lifecycle-configuration.reply.v1": {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "urn:predastore:schema:put-bucket-lifecycle-configuration.reply.v1",
    "title": "io.predastore.s3.v1.PutBucketLifecycleConfigurationReply",
    "type": "object",
    "additionalProperties": false,
    "properties": {
      "TransitionDefaultMinimumObjectSize": {
        "type": "string",
        "maxLength": 64
      }
    }
  },
  "put-bucket-lifecycle-configuration.request.v1": {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "urn:predastore:schema:put-bucket-lifecycle-configuration.request.v1",
    "title": "io.predastore.s3.v1.PutBucketLifecycleConfigurationRequest",
    "type": "object",
    "additionalProperties": false,
    "required": [
      "Bucket",
      "LifecycleConfiguration"
    ],
    "properties": {
      "Bucket": {
        "type": "string",
        "minLength": 1,
        "maxLength": 255
      },
      "LifecycleConfiguration": {
        "type": "object",
        "additionalProperties": false,
        "required": [
          "Rules"
        ],
        "properties": {
          "Rules": {
            "type": "array",
            "maxItems": 1100,
            "items": {
              "type": "object",
              "additionalProperties": false,
              "required": [
                "Status"
              ],
              "properties": {
                "ID": {
                  "type": "string",
                  "maxLength": 1024
                },
                "Status": {
                  "type": "string",
                  "maxLength": 64
                },
                "Prefix": {
                  "type": "string",
                  "maxLength": 1024
                },
                "Filter": {
                  "type": "object",
                  "additionalProperties": false,
                  "properties": {
                    "Prefix": {
                      "type": "string",
                      "maxLength": 1024
                    },
                    "ObjectSizeGreaterThan": {
                      "type": "integer",
                      "minimum": 0,
                      "maximum": 9007199254740991
                    },
                    "ObjectSizeLessThan": {
                      "type": "integer",
                      "minimum": 0,
                      "maximum": 9007199254740991
                    },
                    "Tag": {
                      "type": "object",
                      "additionalProperties": false,
                      "required": [
                        "Key",
                        "Value"
                      ],
                      "properties": {
                        "Key": {
                          "type": "string",
                          "maxLength": 1024
                        },
                        "Value": {
                          "type": "string",
                          "maxLength": 1024
                        }
                      }
                    },
                    "And": {
                      "type": "object",
                      "additionalProperties": false,
                      "properties": {
                        "Prefix": {
                          "type": "string",
                          "maxLength": 1024
                        },
                        "ObjectSizeGreaterThan": {
                          "type": "integer",
                          "minimum": 0,
                          "maximum": 9007199254740991
                        },
                        "ObjectSizeLessThan": {
                          "type": "integer",
                          "minimum": 0,
                          "maximum": 9007199254740991
                        },
                        "Tags": {
                          "type": "array",
                          "maxItems": 1000,
                          "items": {
                            "type": "object",
                            "additionalProperties": false,
                            "required": [
                              "Key",
                              "Value"
                            ],
                            "properties": {
                              "Key": {
                                "type": "string",
                                "maxLength": 1024
                              },
                              "Value": {
                                "type": "string",
                                "maxLength": 1024
                              }
                            }
                          }
                        }
                      }
                    }
                  }
                },
                "Expiration": {
                  "type": "object",
                  "additionalProperties": false,
                  "properties": {
                    "Days": {
                      "type": "integer",
                      "minimum": -2147483647,
                      "maximum": 2147483647
                    },
                    "Date": {
                      "type": "string",
                      "maxLength": 64
                    },
                    "ExpiredObjectDeleteMarker": {
                      "type": "boolean"
                    }
                  }
                },
                "NoncurrentVersionExpiration": {
                  "type": "object",
                  "additionalProperties": false,
                  "properties": {
                    "NoncurrentDays": {
                      "type": "integer",
                      "minimum": -2147483647,
                      "maximum": 2147483647
                    },
                    "NewerNoncurrentVersions": {
                      "type": "integer",
                      "minimum": -2147483647,
                      "maximum": 2147483647
                    }
                  }
                },
                "AbortIncompleteMultipartUpload": {
                  "type": "object",
                  "additionalProperties": false,
                  "properties": {
                    "DaysAfterInitiation": {
                      "type": "integer",
                      "minimum": -2147483647,
                      "maximum": 2147483647
                    }
                  }
                },
                "Transitions": {
                  "type": "array",
                  "maxItems": 16,
                  "items": {
                    "type": "object",
                    "additionalProperties": false,
                    "properties": {
                      "Days": {
                        "type": "integer",
                        "minimum": -2147483647,
                        "maximum": 2147483647
                      },
                      "Date": {
                        "type": "string",
                        "maxLength": 64
                      },
                      "StorageClass": {
                        "type": "string",
                        "maxLength": 64
                      }
                    }
                  }
                },
                "NoncurrentVersionTransitions": {
                  "type": "array",
                  "maxItems": 16,
                  "items": {
                    "type": "object",
                    "additionalProperties": false,
                    "properties": {
                      "NoncurrentDays": {
                        "type": "integer",
                        "minimum": -2147483647,
                        "maximum": 2147483647
                      },
                      "NewerNoncurrentVersions": {
                        "type": "integer",
                        "minimum": -2147483647,
                        "maximum": 2147483647
                      },
                      "StorageClass": {
                        "type": "string",
                        "maxLength": 64
                      }
                    }
                  }
                }
              }
            }
          }
        }
      },
      "TransitionDefaultMinimumObjectSize": {
        "type": "string",
        "maxLength": 64
      },
      "ExpectedBucketOwner": {
        "type": "string",
        "maxLength": 64
      }
    }
  },
  "put-bucket-notification-configuration.reply.v1": {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "urn:predastore:schema:put-bucket-notification-configuration.reply.v1",
    "title": "io.predastore.s3.v1.PutBucketNotificationConfigurationReply",
    "type": "object",
    "additionalProperties": false,
    "properties": {}
  },
  "put-bucket-notification-configuration.request.v1": {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "urn:predastore:schema:put-bucket-notification-configuration.request.v1",
    "title": "io.predastore.s3.v1.PutBucketNotificationConfigurationRequest",
    "type": "object",
    "additionalProperties": false,
    "required": [
      "Bucket",
      "NotificationConfiguration"
    ],
    "properties": {
      "Bucket": {
        "type": "string",
        "minLength": 1,
        "maxLength": 255
      },
      "NotificationConfiguration": {
        "type": "object",
        "additionalProperties": false,
        "properties": {
          "TopicConfigurations": {
            "type": "array",
            "maxItems": 100,
            "items": {
              "type": "object",
              "additionalProperties": false,
              "required": [
                "TopicArn",
                "Events"
              ],
              "properties": {
                "Id": {
                  "type": "string",
                  "maxLength": 1024
                },
                "TopicArn": {
                  "type": "string",
                  "maxLength": 2048
                },
                "Events": {
                  "type": "array",
                  "maxItems": 100,
                  "items": {
                    "type": "string",
                    "maxLength": 128
                  }
                },
                "Filter": {
                  "type": "object",
                  "additionalProperties": false,
                  "properties": {
                    "Key": {
                      "type": "object",
                      "additionalProperties": false,
                      "properties": {
                        "FilterRules": {
                          "type": "array",
                          "maxItems": 100,
                          "items": {
                            "type": "object",
                            "additionalProperties": false,
                            "required": [
                              "Name",
                              "Value"
                            ],
                            "properties": {
                              "Name": {
                                "type": "string",
                                "maxLength": 64
                              },
                              "Value": {
                                "type": "string",
                                "maxLength": 1024
                              }
                            }
                          }
                        }
                      }
                    }
                  }
                }
              }
            }
          },
          "QueueConfigurations": {
            "type": "array",
            "maxItems": 100,
            "items": {
              "type": "object",
              "additionalProperties": false,
              "required": [
                "QueueArn",
                "Events"
              ],
              "properties": {
                "Id": {
                  "type": "string",
                  "maxLength": 1024
                },
                "QueueArn": {
                  "type": "string",
                  "maxLength": 2048
                },
                "Events": {
                  "type": "array",
                  "maxItems": 100,
                  "items": {
                    "type": "string",
                    "maxLength": 128
                  }
                },
                "Filter": {
                  "type": "object",
                  "additionalProperties": false,
                  "properties": {
                    "Key": {
                      "type": "object",
                      "additionalProperties": false,
                      "properties": {
                        "FilterRules": {
                          "type": "array",
                          "maxItems": 100,
                          "items": {
                            "type": "object",
                            "additionalProperties": false,
                            "required": [
                              "Name",
                              "Value"
                            ],
                            "properties": {
                              "Name": {
                                "type": "string",
                                "maxLength": 64
                              },
                              "Value": {
                                "type": "string",
                                "maxLength": 1024
                              }
                            }
                          }
                        }
                      }
                    }
                  }
                }
              }
            }
          },
          "LambdaFunctionConfigurations": {
            "type": "array",
            "maxItems": 100,
            "items": {
              "type": "object",
              "additionalProperties": false,
              "required": [
                "LambdaFunctionArn",
                "Events"
              ],
              "properties": {
                "Id": {
                  "type": "string",
                  "maxLength": 1024
                },
                "LambdaFunctionArn": {
                  "type": "string",
                  "maxLength": 2048
                },
                "Events": {
                  "type": "array",
                  "maxItems": 100,
                  "items": {
                    "type": "string",
                    "maxLength": 128
                  }
                },
                "Filter": {
                  "type": "object",
                  "additionalProperties": false,
                  "properties": {
                    "Key": {
                      "type": "object",
                      "additionalProperties": false,
                      "properties": {
                        "FilterRules": {
                          "type": "array",
                          "maxItems": 100,
                          "items": {
                            "type": "object",
                            "additionalProperties": false,
                            "required": [
                              "Name",
                              "Value"
                            ],
                            "properties": {
                              "Name": {
                                "type": "string",
                                "maxLength": 64
                              },
                              "Value": {
                                "type": "string",
                                "maxLength": 1024
                              }
                            }
                          }
                        }
                      }
                    }
                  }
                }
              }
            }
          },
          "EventBridgeConfiguration": {
            "type": "object",
            "additionalProperties": false,
            "properties": {}
          }
        }
      },
      "SkipDestinationValidation": {
        "type": "boolean"
      },
      "ExpectedBucketOwner": {
        "type": "string",
        "maxLength": 64
      }
    }
  },
  "put-bucket-ownership-controls.reply.v1": {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "urn:predastore:schema:put-bucket-ownership-controls.reply.v1",
    "title": "io.predastore.s3.v1.PutBucketOwnershipControlsReply",
    "type": "object",
    "additionalProperties": false,
    "properties": {}
  },
  "put-bucket-ownership-controls.request.v1": {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "urn:predastore:schema:put-bucket-ownership-controls.request.v1",
    "title": "io.predastore.s3.v1.PutBucketOwnershipControlsRequest",
    "type": "object",
    "additionalProperties": false,
    "required": [
      "Bucket",
      "OwnershipControls"
    ],
    "properties": {
      "Bucket": {
        "type": "string",
        "minLength": 1,
        "maxLength": 255
      },
      "OwnershipControls": {
        "type": "object",
        "additionalProperties": false,
        "required": [
          "Rules"
        ],
        "properties": {
          "Rules": {
            "type": "array",
            "minItems": 1,
            "maxItems": 1,
            "items": {
              "type": "object",
              "additionalProperties": false,
              "required": [
                "ObjectOwnership"
              ],
              "properties": {
                "ObjectOwnership": {
                  "type": "string",
                  "enum": [
                    "BucketOwnerEnforced",
                    "BucketOwnerPreferred",
                    "ObjectWriter"
                  ]
                }
              }
            }
          }
        }
      },
      "ContentMD5": {
        "type": "string",
        "maxLength": 64
      },
      "ChecksumAlgorithm": {
        "type": "string",
        "enum": [
          "CRC32",
          "CRC32C",
          "CRC64NVME",
          "SHA1",
          "SHA256",
          "SHA512",
          "MD5",
          "XXHASH64",
          "XXHASH3",
          "XXHASH128"
        ]
      },
      "ExpectedBucketOwner": {
        "type": "string",
        "maxLength": 64
      }
    }
  },
  "put-bucket-policy.reply.v1": {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "urn:predastore:schema:put-bucket-policy.reply.v1",
    "title": "io.predastore.s3.v1.PutBucketPolicyReply",
    "type": "object",
    "additionalProperties": false,
    "properties": {}
  },
  "put-bucket-policy.request.v1": {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "urn:predastore:schema:put-bucket-policy.request.v1",
    "title": "io.predastore.s3.v1.PutBucketPolicyRequest",
    "type": "object",
    "additionalProperties": false,
    "required": [
      "Bucket",
      "Policy"
    ],
    "properties": {
      "Bucket": {
        "type": "string",
        "minLength": 1,
        "maxLength": 255
      },
      "Policy": {
        "type": "string",
        "minLength": 1,
        "maxLength": 20480
      },
      "ConfirmRemoveSelfBucketAccess": {
        "type": "boolean"
      },
      "ContentMD5": {
        "type": "string",
        "maxLength": 64
      },
      "ChecksumAlgorithm": {
        "type": "string",
        "enum": [
          "CRC32",
          "CRC32C",
          "CRC64NVME",
          "SHA1",
          "SHA256",
          "SHA512",
          "MD5",
          "XXHASH64",
          "XXHASH3",
          "XXHASH128"
        ]
      },
      "ExpectedBucketOwner": {
        "type": "string",
        "maxLength": 64
      }
    }
  },
  "put-bucket-tagging.reply.v1": {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "urn:predastore:schema:put-bucket-tagging.reply.v1",
    "title": "io.predastore.s3.v1.PutBucketTaggingReply",
    "type": "object",
    "additionalProperties": false,
    "properties": {}
  },
  "put-bucket-tagging.request.v1": {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "urn:predastore:schema:put-bucket-tagging.request.v1",
    "title": "io.predastore.s3.v1.PutBucketTaggingRequest",
    "type": "object",
    "additionalProperties": false,
    "required": [
      "Bucket",
      "Tagging"
    ],
    "properties": {
      "Bucket": {
        "type": "string",
        "minLength": 1,
        "maxLength": 255
      },
      "Tagging": {
        "type": "object",
        "additionalProperties": false,
        "required": [
          "TagSet"
        ],
        "properties": {
          "TagSet": {
            "type": "array",
            "maxItems": 1000,
            "items": {
              "type": "object",
              "additionalProperties": false,
              "required": [
                "Key",
                "Value"
              ],
              "properties": {
                "Key": {
                  "type": "string",
                  "maxLength": 1024
                },
                "Value": {
                  "type": "string",
                  "maxLength": 1024
                }
              }
            }
          }
        }
      },
      "ExpectedBucketOwner": {
        "type": "string",
        "maxLength": 64
      }
    }
  },
  "put-bucket-versioning.reply.v1": {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "urn:predastore:schema:put-bucket-versioning.reply.v1",
    "title": "io.predastore.s3.v1.PutBucketVersioningReply",
    "type": "object",
    "additionalProperties": false,
    "properties": {}
  },
  "put-bucket-versioning.request.v1": {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "urn:predastore:schema:put-bucket-versioning.request.v1",
    "title": "io.predastore.s3.v1.PutBucketVersioningRequest",
    "type": "object",
    "additionalProperties": false,
    "required": [
      "Bucket",
      "VersioningConfiguration"
    ],
    "properties": {
      "Bucket": {
        "type": "string",
        "minLength": 1,
        "maxLength": 255
      },
      "VersioningConfiguration": {
        "type": "object",
        "additionalProperties": false,
        "properties": {
          "Status": {
            "type": "string",
            "enum": [
              "Enabled",
              "Suspended"
            ]
          },
          "MFADelete": {
            "type": "string",
            "enum": [
              "Enabled",
              "Disabled"
            ]
          }
        }
      },
      "MFA": {
        "type": "string",
        "minLength": 0,
        "maxLength": 256
      },
      "ExpectedBucketOwner": {
        "type": "string",
        "maxLength": 64
      }
    }
  },
  "put-bucket-website.reply.v1": {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "urn:predastore:schema:put-bucket-website.reply.v1",
    "title": "io.predastore.s3.v1.PutBucketWebsiteReply",
    "type": "object",
    "additionalProperties": false,
    "properties": {}
  },
  "put-bucket-website.request.v1": {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "urn:predastore:schema:put-bucket-website.request.v1",
    "title": "io.predastore.s3.v1.PutBucketWebsiteRequest",
    "type": "object",
    "additionalProperties": false,
    "required": [
      "Bucket",
      "WebsiteConfiguration"
    ],
    "properties": {
      "Bucket": {
        "type": "string",
        "minLength": 1,
        "maxLength": 255
      },
      "WebsiteConfiguration": {
        "type": "object",
        "additionalProperties": false,
        "properties": {
          "IndexDocument": {
            "type": "object",
            "additionalProperties": false,
            "required": [
              "Suffix"
            ],
            "properties": {
              "Suffix": {
                "type": "string",
                "maxLength": 1024
              }
            }
          },
          "ErrorDocument": {
            "type": "object",
            "additionalProperties": false,
            "required": [
              "Key"
            ],
            "properties": {
              "Key": {
                "type": "string",
                "maxLength": 2048
              }
            }
          },
          "RedirectAllRequestsTo": {
            "type": "object",
            "additionalProperties": false,
            "required": [
              "HostName"
            ],
            "properties": {
              "HostName": {
                "type": "string",
                "maxLength": 1024
              },
              "Protocol": {
                "type": "string",
                "maxLength": 16
              }
            }
          },
          "RoutingRules": {
            "type": "array",
            "maxItems": 1000,
            "items": {
              "type": "object",
              "additionalProperties": false,
              "required": [
                "Redirect"
              ],
              "properties": {
                "Condition": {
                  "type": "object",
                  "additionalProperties": false,
                  "properties": {
                    "HttpErrorCodeReturnedEquals": {
                      "type": "string",
                      "maxLength": 16
                    },
                    "KeyPrefixEquals": {
                      "type": "string",
                      "maxLength": 1024
                    }
                  }
                },
                "Redirect": {
                  "type": "object",
                  "additionalProperties": false,
                  "properties": {
                    "HostName": {
                      "type": "string",
                      "maxLength": 1024
                    },
                    "HttpRedirectCode": {
                      "type": "string",
                      "maxLength": 16
                    },
                    "Protocol": {
                      "type": "string",
                      "maxLength": 16
                    },
                    "ReplaceKeyPrefixWith": {
                      "type": "string",
                      "maxLength": 1024
                    },
                    "ReplaceKeyWith": {
                      "type": "string",
                      "maxLength": 1024
                    }
                  }
                }
              }
            }
          }
        }
      },
      "ExpectedBucketOwner": {
        "type": "string",
        "maxLength": 64
      }
    }
  },
  "put-object-acl.reply.v1": {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "urn:predastore:schema:put-object-acl.reply.v1",
    "title": "io.predastore.s3.v1.PutObjectAclReply",
    "type": "object",
    "additionalProperties": false,
    "properties": {
      "VersionId": {
        "type": "string",
        "maxLength": 1024
      }
    }
  },
  "put-object-acl.request.v1": {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "urn:predastore:schema:put-object-acl.request.v1",
    "title": "io.predastore.s3.v1.PutObjectAclRequest",
    "type": "object",
    "additionalProperties": false,
    "required": [
      "Bucket",
      "Key"
    ],
    "properties": {
      "Bucket": {
        "type": "string",
        "minLength": 1,
        "maxLength": 255
      },
      "Key": {
        "type": "string",
        "minLength": 1,
        "maxLength": 1024
      },
      "VersionId": {
        "type": "string",
        "maxLength": 1024
      },
      "ACL": {
        "type": "string",
        "maxLength": 64
      },
      "AccessControlPolicy": {
        "type": "object",
        "additionalProperties": false,
        "properties": {
          "Owner": {
            "type": "object",
            "additionalProperties": false,
            "properties": {
              "ID": {
                "type": "string",
                "maxLength": 128
              },
              "DisplayName": {
                "type": "string",
                "maxLength": 256
              }
            }
          },
          "Grants": {
            "type": "array",
            "maxItems": 100,
            "items": {
              "type": "object",
              "additionalProperties": false,
              "required": [
                "Grantee",
                "Permission"
              ],
              "properties": {
                "Grantee": {
                  "type": "object",
                  "additionalProperties": false,
                  "required": [
                    "Type"
                  ],
                  "properties": {
                    "Type": {
                      "type": "string",
                      "enum": [
                        "CanonicalUser",
                        "Group",
                        "AmazonCustomerByEmail"
                      ]
                    },
                    "ID": {
                      "type": "string",
                      "maxLength": 128
                    },
                    "DisplayName": {
                      "type": "string",
                      "maxLength": 256
                    },
                    "URI": {
                      "type": "string",
                      "maxLength": 256
                    },
                    "EmailAddress": {
                      "type": "string",
                      "maxLength": 320
                    }
                  }
                },
                "Permission": {
                  "type": "string",
                  "enum": [
                    "FULL_CONTROL",
                    "READ",
                    "WRITE",
                    "READ_ACP",
                    "WRITE_ACP"
                  ]
                }
              }
            }
          }
        }
      },
      "GrantFullControl": {
        "type": "string",
        "maxLength": 4096
      },
      "GrantRead": {
        "type": "string",
        "maxLength": 4096
      },
      "GrantReadACP": {
        "type": "string",
        "maxLength": 4096
      },
      "GrantWrite": {
        "type": "string",
        "maxLength": 4096
      },
      "GrantWriteACP": {
        "type": "string",
        "maxLength": 4096
      },
      "ContentMD5": {
        "type": "string",
        "maxLength": 64
      },
      "ChecksumAlgorithm": {
        "type": "string",
        "enum": [
          "CRC32",
          "CRC32C",
          "CRC64NVME",
          "SHA1",
          "SHA256",
          "SHA512",
          "MD5",
          "XXHASH64",
          "XXHASH3",
          "XXHASH128"
        ]
      },
      "ExpectedBucketOwner": {
        "type": "string",
        "maxLength": 64
      }
    }
  },
  "put-object-legal-hold.reply.v1": {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "urn:predastore:schema:put-object-legal-hold.reply.v1",
    "title": "io.predastore.s3.v1.PutObjectLegalHoldReply",
    "type": "object",
    "additionalProperties": false,
    "properties": {}
  },
  "put-object-legal-hold.request.v1": {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "urn:predastore:schema:put-object-legal-hold.request.v1",
    "title": "io.predastore.s3.v1.PutObjectLegalHoldRequest",
    "type": "object",
    "additionalProperties": false,
    "required": [
      "Bucket",
      "Key",
      "LegalHold"
    ],
    "properties": {
      "Bucket": {
        "type": "string",
        "minLength": 1,
        "maxLength": 255
      },
      "Key": {
        "type": "string",
        "minLength": 1,
        "maxLength": 16384
      },
      "VersionId": {
        "type": "string",
        "minLength": 1,
        "maxLength": 1024
      },
      "LegalHold": {
        "type": "object",
        "additionalProperties": false,
        "required": [
          "Status"
        ],
        "properties": {
          "Status": {
            "type": "string",
            "enum": [
              "ON",
              "OFF"
            ]
          }
        }
      },
      "ExpectedBucketOwner": {
        "type": "string",
        "maxLength": 64
      }
    }
  },
  "put-object-lock-configuration.reply.v1": {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "urn:predastore:schema:put-object-lock-configuration.reply.v1",
    "title": "io.predastore.s3.v1.PutObjectLockConfigurationReply",
    "type": "object",
    "additionalProperties": false,
    "properties": {}
  },
  "put-object-lock-configuration.request.v1": {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "urn:predastore:schema:put-object-lock-configuration.request.v1",
    "title": "io.predastore.s3.v1.PutObjectLockConfigurationRequest",
    "type": "object",
    "additionalProperties": false,
    "required": [
      "Bucket",
      "ObjectLockConfiguration"
    ],
    "properties": {
      "Bucket": {
        "type": "string",
        "minLength": 1,
        "maxLength": 255
      },
      "ObjectLockConfiguration": {
        "type": "object",
        "additionalProperties": false,
        "required": [
          "ObjectLockEnabled"
        ],
        "properties": {
          "ObjectLockEnabled": {
            "type": "string",
            "enum": [
              "Enabled"
            ]
          },
          "Rule": {
            "type": "object",
            "additionalProperties": false,
            "required": [
              "DefaultRetention"
            ],
            "properties": {
              "DefaultRetention": {
                "type": "object",
                "additionalProperties": false,
                "required": [
                  "Mode"
                ],
                "properties": {
                  "Mode": {
                    "type": "string",
                    "enum": [
                      "GOVERNANCE",
                      "COMPLIANCE"
                    ]
                  },
                  "Days": {
                    "type": "integer",
                    "minimum": -2147483648,
                    "maximum": 2147483647
                  },
                  "Years": {
                    "type": "integer",
                    "minimum": -2147483648,
                    "maximum": 2147483647
                  }
                }
              }
            }
          }
        }
      },
      "Token": {
        "type": "string",
        "maxLength": 8192
      },
      "ExpectedBucketOwner": {
        "type": "string",
        "maxLength": 64
      }
    }
  },
  "put-object-retention.reply.v1": {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "urn:predastore:schema:put-object-retention.reply.v1",
    "title": "io.predastore.s3.v1.PutObjectRetentionReply",
    "type": "object",
    "additionalProperties": false,
    "properties": {}
  },
  "put-object-retention.request.v1": {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "urn:predastore:schema:put-object-retention.request.v1",
    "title": "io.predastore.s3.v1.PutObjectRetentionRequest",
    "type": "object",
    "additionalProperties": false,
    "required": [
      "Bucket",
      "Key",
      "Retention"
    ],
    "properties": {
      "Bucket": {
        "type": "string",
        "minLength": 1,
        "maxLength": 255
      },
      "Key": {
        "type": "string",
        "minLength": 1,
        "maxLength": 16384
      },
      "VersionId": {
        "type": "string",
        "minLength": 1,
        "maxLength": 1024
      },
      "Retention": {
        "type": "object",
        "additionalProperties": false,
        "properties": {
          "Mode": {
            "type": "string",
            "enum": [
              "GOVERNANCE",
              "COMPLIANCE"
            ]
          },
          "RetainUntilDate": {
            "type": "string",
            "minLength": 1,
            "maxLength": 64
          }
        }
      },
      "BypassGovernanceRetention": {
        "type": "boolean"
      },
      "ExpectedBucketOwner": {
        "type": "string",
        "maxLength": 64
      }
    }
  },
  "put-object-tagging.reply.v1": {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "urn:predastore:schema:put-object-tagging.reply.v1",
    "title": "io.predastore.s3.v1.PutObjectTaggingReply",
    "type": "object",
    "additionalProperties": false,
    "properties": {
      "VersionId": {
        "type": "string",
        "minLength": 1,
        "maxLength": 1024
      }
    }
  },
  "put-object-tagging.request.v1": {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "urn:predastore:schema:put-object-tagging.request.v1",
    "title": "io.predastore.s3.v1.PutObjectTaggingRequest",
    "type": "object",
    "additionalProperties": false,
    "required": [
      "Bucket",
      "Key",
      "Tagging"
    ],
    "properties": {
      "Bucket": {
        "type": "string",
        "minLength": 1,
        "maxLength": 255
      },
      "Key": {
        "type": "string",
        "minLength": 1,
        "maxLength": 16384
      },
      "VersionId": {
        "type": "string",
        "minLength": 1,
        "maxLength": 1024
      },
      "Tagging": {
        "type": "object",
        "additionalProperties": false,
        "required": [
          "TagSet"
        ],
        "properties": {
          "TagSet": {
            "type": "array",
            "maxItems": 50,
            "items": {
              "type": "object",
              "additionalProperties": false,
              "required": [
                "Key",
                "Value"
              ],
              "properties": {
                "Key": {
                  "type": "string",
                  "minLength": 0,
                  "maxLength": 1024
                },
                "Value": {
                  "type": "string",
                  "minLength": 0,
                  "maxLength": 2048
                }
              }
            }
          }
        }
      },
      "ExpectedBucketOwner": {
        "type": "string",
        "maxLength": 64
      }
    }
  },
  "put-object.reply.v1": {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "urn:predastore:schema:put-object.reply.v1",
    "title": "io.predastore.s3.v1.PutObjectReply",
    "type": "object",
    "additionalProperties": false,
    "required": [
      "ETag"
    ],
    "properties": {
      "ETag": {
        "type": "string",
        "minLength": 2,
        "maxLength": 128
      },
      "ChecksumCRC32": {
        "type": "string",
        "maxLength": 128
      },
      "ChecksumCRC32C": {
        "type": "string",
        "maxLength": 128
      },
      "ChecksumCRC64NVME": {
        "type": "string",
        "maxLength": 128
      },
      "ChecksumSHA1": {
        "type": "string",
        "maxLength": 128
      },
      "ChecksumSHA256": {
        "type": "string",
        "maxLength": 128
      },
      "ChecksumSHA512": {
        "type": "string",
        "maxLength": 128
      },
      "ChecksumMD5": {
        "type": "string",
        "maxLength": 128
      },
      "ChecksumXXHASH64": {
        "type": "string",
        "maxLength": 128
      },
      "ChecksumXXHASH3": {
        "type": "string",
        "maxLength": 128
      },
      "ChecksumXXHASH128": {
        "type": "string",
        "maxLength": 128
      },
      "ChecksumType": {
        "type": "string",
        "enum": [
          "FULL_OBJECT"
        ]
      },
      "VersionId": {
        "type": "string",
        "minLength": 1,
        "maxLength": 1024
      },
      "Expiration": {
        "type": "string",
        "maxLength": 4096
      },
      "SSECustomerAlgorithm": {
        "type": "string",
        "enum": [
          "AES256"
        ]
      },
      "SSECustomerKeyMD5": {
        "type": "string",
        "maxLength": 64
      }
    }
  },
  "put-object.request.v1": {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "urn:predastore:schema:put-object.request.v1",
    "title": "io.predastore.s3.v1.PutObjectRequest",
    "type": "object",
    "additionalProperties": false,
    "required": [
      "Bucket",
      "Key"
    ],
    "properties": {
      "Bucket": {
        "type": "string",
        "minLength": 1,
        "maxLength": 255
      },
      "Key": {
        "type": "string",
        "minLength": 1,
        "maxLength": 16384
      },
      "ContentLength": {
        "type": "integer",
        "minimum": 0,
        "maximum": 9007199254740991
      },
      "ContentType": {
        "type": "string",
        "maxLength": 8192,
        "pattern": "^[^\\u0000-\\u0008\\u000a-\\u001f\\u007f]*$"
      },
      "CacheControl": {
        "type": "string",
        "maxLength": 8192,
        "pattern": "^[^\\u0000-\\u0008\\u000a-\\u001f\\u007f]*$"
      },
      "ContentDisposition": {
        "type": "string",
        "maxLength": 8192,
        "pattern": "^[^\\u0000-\\u0008\\u000a-\\u001f\\u007f]*$"
      },
      "ContentEncoding": {
        "type": "string",
        "maxLength": 8192,
        "pattern": "^[^\\u0000-\\u0008\\u000a-\\u001f\\u007f]*$"
      },
      "ContentLanguage": {
        "type": "string",
        "maxLength": 8192,
        "pattern": "^[^\\u0000-\\u0008\\u000a-\\u001f\\u007f]*$"
      },
      "Expires": {
        "type": "string",
        "maxLength": 8192,
        "pattern": "^[^\\u0000-\\u0008\\u000a-\\u001f\\u007f]*$"
      },
      "Metadata": {
        "type": "object",
        "maxProperties": 1024,
        "propertyNames": {
          "type": "string",
          "minLength": 1,
          "maxLength": 2048,
          "pattern": "^[!#$%&'*+.^_`|~0-9A-Za-z-]+$"
        },
        "additionalProperties": {
          "type": "string",
          "maxLength": 16384,
          "pattern": "^[^\\u0000-\\u0008\\u000a-\\u001f\\u007f]*$"
        }
      },
      "IfMatch": {
        "type": "string",
        "minLength": 1,
        "maxLength": 8192
      },
      "IfNoneMatch": {
        "type": "string",
        "minLength": 1,
        "maxLength": 8192
      },
      "ContentMD5": {
        "type": "string",
        "maxLength": 128
      },
      "ChecksumAlgorithm": {
        "type": "string",
        "enum": [
          "CRC32",
          "CRC32C",
          "CRC64NVME",
          "SHA1",
          "SHA256",
          "SHA512",
          "MD5",
          "XXHASH64",
          "XXHASH3",
          "XXHASH128"
        ]
      },
      "ChecksumCRC32": {
        "type": "string",
        "maxLength": 128
      },
      "ChecksumCRC32C": {
        "type": "string",
        "maxLength": 128
      },
      "ChecksumCRC64NVME": {
        "type": "string",
        "maxLength": 128
      },
      "ChecksumSHA1": {
        "type": "string",
        "maxLength": 128
      },
      "ChecksumSHA256": {
        "type": "string",
        "maxLength": 128
      },
      "ChecksumSHA512": {
        "type": "string",
        "maxLength": 128
      },
      "ChecksumMD5": {
        "type": "string",
        "maxLength": 128
      },
      "ChecksumXXHASH64": {
        "type": "string",
        "maxLength": 128
      },
      "ChecksumXXHASH3": {
        "type": "string",
        "maxLength": 128
      },
      "ChecksumXXHASH128": {
        "type": "string",
        "maxLength": 128
      },
      "Body": {
        "type": "string",
        "maxLength": 700000,
        "contentEncoding": "base64"
      },
      "ACL": {
        "type": "string",
        "maxLength": 64
      },
      "GrantFullControl": {
        "type": "string",
        "maxLength": 4096
      },
      "GrantRead": {
        "type": "string",
        "maxLength": 4096
      },
      "GrantReadACP": {
        "type": "string",
        "maxLength": 4096
      },
      "GrantWrite": {
        "type": "string",
        "maxLength": 4096
      },
      "GrantWriteACP": {
        "type": "string",
        "maxLength": 4096
      },
      "Tagging": {
        "type": "string",
        "minLength": 0,
        "maxLength": 8192
      },
      "ObjectLockMode": {
        "type": "string",
        "maxLength": 64
      },
      "ObjectLockRetainUntilDate": {
        "type": "string",
        "maxLength": 64
      },
      "ObjectLockLegalHoldStatus": {
        "type": "string",
        "maxLength": 64
      },
      "ExpectedBucketOwner": {
        "type": "string",
        "maxLength": 64
      },
      "ServerSideEncryption": {
        "type": "string",
        "maxLength": 64
      },
      "SSEKMSKeyId": {
        "type": "string",
        "maxLength": 2048
      },
      "SSECustomerAlgorithm": {
        "type": "string",
        "maxLength": 64
      },
      "SSECustomerKey": {
        "type": "string",
        "maxLength": 128
      },
      "SSECustomerKeyMD5": {
        "type": "string",
        "maxLength": 64
      },
      "StorageClass": {
        "type": "string",
        "maxLength": 64
      },
      "WebsiteRedirectLocation": {
        "type": "string",
        "maxLength": 2048
      }
    }
  },
  "put-public-access-block.reply.v1": {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "urn:predastore:schema:put-public-access-block.reply.v1",
    "title": "io.predastore.s3.v1.PutPublicAccessBlockReply",
    "type": "object",
    "additionalProperties": false,
    "properties": {}
  },
  "put-public-access-block.request.v1": {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "urn:predastore:schema:put-public-access-block.request.v1",
    "title": "io.predastore.s3.v1.PutPublicAccessBlockRequest",
    "type": "object",
    "additionalProperties": false,
    "required": [
      "Bucket",
      "PublicAccessBlockConfiguration"
    ],
    "properties": {
      "Bucket": {
        "type": "string",
        "minLength": 1,
        "maxLength": 255
      },
      "PublicAccessBlockConfiguration": {
        "type": "object",
        "additionalProperties": false,
        "properties": {
          "BlockPublicAcls": {
            "type": "boolean"
          },
          "IgnorePublicAcls": {
            "type": "boolean"
          },
          "BlockPublicPolicy": {
            "type": "boolean"
          },
          "RestrictPublicBuckets": {
            "type": "boolean"
          }
        }
      },
      "ContentMD5": {
        "type": "string",
        "maxLength": 64
      },
      "ChecksumAlgorithm": {
        "type": "string",
        "enum": [
          "CRC32",
          "CRC32C",
          "CRC64NVME",
          "SHA1",
          "SHA256",
          "SHA512",
          "MD5",
          "XXHASH64",
          "XXHASH3",
          "XXHASH128"
        ]
      },
      "ExpectedBucketOwner": {
        "type": "string",
        "maxLength": 64
      }
    }
  },
  "restore-object.reply.v1": {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "urn:predastore:schema:restore-object.reply.v1",
    "title": "io.predastore.s3.v1.RestoreObjectReply",
    "type": "object",
    "additionalProperties": false,
    "properties": {}
  },
  "restore-object.request.v1": {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "urn:predastore:schema:restore-object.request.v1",
    "title": "io.predastore.s3.v1.RestoreObjectRequest",
    "type": "object",
    "additionalProperties": false,
    "required": [
      "Bucket",
      "Key"
    ],
    "properties": {
      "Bucket": {
        "type": "string",
        "minLength": 1,
        "maxLength": 255
      },
      "Key": {
        "type": "string",
        "minLength": 1,
        "maxLength": 16384
      },
      "VersionId": {
        "type": "string",
        "minLength": 1,
        "maxLength": 1024
      },
      "ExpectedBucketOwner": {
        "type": "string",
        "maxLength": 64
      },
      "RestoreRequest": {
        "type": "object",
        "additionalProperties": false,
        "properties": {
          "Days": {
            "type": "integer",
            "minimum": 1,
            "maximum": 2147483647
          },
          "GlacierJobParameters": {
            "type": "object",
            "additionalProperties": false,
            "required": [
              "Tier"
            ],
            "properties": {
              "Tier": {
                "type": "string",
                "enum": [
                  "Standard",
                  "Bulk",
                  "Expedited"
                ]
              }
            }
          },
          "Tier": {
            "type": "string",
            "enum": [
              "Standard",
              "Bulk",
              "Expedited"
            ]
          },
          "Description": {
            "type": "string",
            "maxLength": 1024
          }
        }
      }
    }
  },
  "send-header.v1": {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "urn:predastore:schema:send-header.v1",
    "title": "io.predastore.s3.v1.SendHeader",
    "type": "object",
    "additionalProperties": false,
    "required": [
      "v",
      "kind"
    ],
    "properties": {
      "v": {
        "type": "integer",
        "minimum": 1,
        "maximum": 1
      },
      "kind": {
        "type": "string",
        "enum": [
          "raw",
          "stream",
          "local"
        ]
      },
      "length": {
        "type": "integer",
        "minimum": 0,
        "maximum": 9007199254740991
      },
      "ack": {
        "type": "string",
        "maxLength": 512
      },
      "token": {
        "type": "string",
        "maxLength": 64
      },
      "document": {
        "type": "boolean"
      },
      "announced": {
        "type": "array",
        "maxItems": 6,
        "items": {
          "type": "string",
          "enum": [
            "md5",
            "sha1",
            "sha256",
            "crc32",
            "crc32c",
            "crc64nvme"
          ]
        }
      },
      "claims": {
        "type": "array",
        "maxItems": 6,
        "items": {
          "type": "object",
          "additionalProperties": false,
          "required": [
            "algorithm",
            "digest"
          ],
          "properties": {
            "algorithm": {
              "type": "string",
              "enum": [
                "md5",
                "sha1",
                "sha256",
                "crc32",
                "crc32c",
                "crc64nvme"
              ]
            },
            "digest": {
              "type": "string",
              "maxLength": 128
            },
            "signedPayload": {
              "type": "boolean"
            }
          }
        }
      }
    }
  },
  "storage-config.reply.v1": {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "urn:predastore:schema:storage-config.reply.v1",
    "title": "io.predastore.s3.v1.StorageConfigReply",
    "type": "object",
    "additionalProperties": false,
    "required": [
      "encoding",
      "meta_nodes",
      "blob_nodes",
      "buckets"
    ],
    "properties": {
      "encoding": {
        "type": "object",
        "additionalProperties": false,
        "required": [
          "data_shards",
          "parity_shards"
        ],
        "properties": {
          "data_shards": {
            "type": "integer",
            "minimum": 1,
            "maximum": 255
          },
          "parity_shards": {
            "type": "integer",
            "minimum": 0,
            "maximum": 255
          }
        }
      },
      "meta_nodes": {
        "type": "array",
        "maxItems": 1024,
        "items": {
          "type": "object",
          "additionalProperties": false,
          "required": [
            "id",
            "host",
            "port"
          ],
          "properties": {
            "id": {
              "type": "integer",
              "minimum": 0,
              "maximum": 65535
            },
            "host": {
              "type": "string",
              "maxLength": 255
            },
            "port": {
              "type": "integer",
              "minimum": 1,
              "maximum": 65535
            }
          }
        }
      },
      "blob_nodes": {
        "type": "array",
        "maxItems": 1024,
        "items": {
          "type": "object",
          "additionalProperties": false,
          "required": [
            "id",
            "host",
            "port"
          ],
          "properties": {
            "id": {
              "type": "integer",
              "minimum": 0,
              "maximum": 65535
            },
            "host": {
              "type": "string",
              "maxLength": 255
            },
            "port": {
              "type": "integer",
              "minimum": 1,
              "maximum": 65535
            }
          }
        }
      },
      "buckets": {
        "type": "array",
        "maxItems": 100000,
        "items": {
          "type": "object",
          "additionalProperties": false,
          "required": [
            "name",
            "region"
          ],
          "properties": {
            "name": {
              "type": "string",
              "maxLength": 63
            },
            "region": {
              "type": "string",
              "maxLength": 64
            }
          }
        }
      }
    }
  },
  "stream-end.v1": {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "urn:predastore:schema:stream-end.v1",
    "title": "io.predastore.s3.v1.StreamEnd",
    "type": "object",
    "additionalProperties": false,
    "required": [
      "chunks",
      "bytes"
    ],
    "properties": {
      "chunks": {
        "type": "integer",
        "minimum": 0,
        "maximum": 9007199254740991
      },
      "bytes": {
        "type": "integer",
        "minimum": 0,
        "maximum": 9007199254740991
      },
      "claims": {
        "type": "array",
        "maxItems": 6,
        "items": {
          "type": "object",
          "additionalProperties": false,
          "required": [
            "algorithm",
            "digest"
          ],
          "properties": {
            "algorithm": {
              "type": "string",
              "enum": [
                "md5",
                "sha1",
                "sha256",
                "crc32",
                "crc32c",
                "crc64nvme"
              ]
            },
            "digest": {
              "type": "string",
              "maxLength": 128
            },
            "signedPayload": {
              "type": "boolean"
            }
          }
        }
      }
    }
  },
  "stream-start.v1": {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "urn:predastore:schema:stream-start.v1",
    "title": "io.predastore.s3.v1.StreamStart",
    "type": "object",
    "additionalProperties": false,
    "properties": {
      "chunk": {
        "type": "integer",
        "minimum": 1024,
        "maximum": 1048576
      },
      "window": {
        "type": "integer",
        "minimum": 1,
        "maximum": 64
      }
    }
  },
  "upload-part-copy.reply.v1": {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "urn:predastore:schema:upload-part-copy.reply.v1",
    "title": "io.predastore.s3.v1.UploadPartCopyReply",
    "type": "object",
    "additionalProperties": false,
    "required": [
      "CopyPartResult"
    ],
    "properties": {
      "CopyPartResult": {
        "type": "object",
        "additionalProperties": false,
        "required": [
          "ETag",
          "LastModified"
        ],
        "properties": {
          "ETag": {
            "type": "string",
            "minLength": 2,
            "maxLength": 128
          },
          "LastModified": {
            "type": "string",
            "minLength": 20,
            "maxLength": 64
          },
          "ChecksumCRC32": {
            "type": "string",
            "maxLength": 128
          },
          "ChecksumCRC32C": {
            "type": "string",
            "maxLength": 128
          },
          "ChecksumCRC64NVME": {
            "type": "string",
            "maxLength": 128
          },
          "ChecksumSHA1": {
            "type": "string",
            "maxLength": 128
          },
          "ChecksumSHA256": {
            "type": "string",
            "maxLength": 128
          },
          "ChecksumSHA512": {
            "type": "string",
            "maxLength": 128
          },
          "ChecksumMD5": {
            "type": "string",
            "maxLength": 128
          },
          "ChecksumXXHASH64": {
            "type": "string",
            "maxLength": 128
          },
          "ChecksumXXHASH3": {
            "type": "string",
            "maxLength": 128
          },
          "ChecksumXXHASH128": {
            "type": "string",
            "maxLength": 128
          }
        }
      },
      "CopySourceVersionId": {
        "type": "string",
        "minLength": 1,
        "maxLength": 1024
      },
      "SSECustomerAlgorithm": {
        "type": "string",
        "enum": [
          "AES256"
        ]
      },
      "SSECustomerKeyMD5": {
        "type": "string",
        "maxLength": 64
      }
    }
  },
  "upload-part-copy.request.v1": {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "urn:predastore:schema:upload-part-copy.request.v1",
    "title": "io.predastore.s3.v1.UploadPartCopyRequest",
    "type": "object",
    "additionalProperties": false,
    "required": [
      "Bucket",
      "Key",
      "UploadId",
      "PartNumber",
      "CopySource"
    ],
    "properties": {
      "Bucket": {
        "type": "string",
        "minLength": 1,
        "maxLength": 255
      },
      "Key": {
        "type": "string",
        "minLength": 1,
        "maxLength": 16384
      },
      "UploadId": {
        "type": "string",
        "minLength": 1,
        "maxLength": 1024
      },
      "PartNumber": {
        "type": "integer",
        "minimum": -2147483648,
        "maximum": 2147483647
      },
      "CopySource": {
        "type": "string",
        "minLength": 3,
        "maxLength": 16384
      },
      "CopySourceRange": {
        "type": "string",
        "maxLength": 1024
      },
      "CopySourceIfMatch": {
        "type": "string",
        "minLength": 1,
        "maxLength": 8192
      },
      "CopySourceIfNoneMatch": {
        "type": "string",
        "minLength": 1,
        "maxLength": 8192
      },
      "CopySourceIfModifiedSince": {
        "type": "string",
        "minLength": 1,
        "maxLength": 64
      },
      "CopySourceIfUnmodifiedSince": {
        "type": "string",
        "minLength": 1,
        "maxLength": 64
      },
      "ExpectedBucketOwner": {
        "type": "string",
        "maxLength": 64
      },
      "ExpectedSourceBucketOwner": {
        "type": "string",
        "maxLength": 64
      },
      "SSECustomerAlgorithm": {
        "type": "string",
        "maxLength": 64
      },
      "SSECustomerKey": {
        "type": "string",
        "maxLength": 128
      },
      "SSECustomerKeyMD5": {
        "type": "string",
        "maxLength": 64
      },
      "CopySourceSSECustomerAlgorithm": {
        "type": "string",
        "maxLength": 64
      },
      "CopySourceSSECustomerKey": {
        "type": "string",
        "maxLength": 128
      },
      "CopySourceSSECustomerKeyMD5": {
        "type": "string",
        "maxLength": 64
      }
    }
  },
  "upload-part.reply.v1": {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "urn:predastore:schema:upload-part.reply.v1",
    "title": "io.predastore.s3.v1.UploadPartReply",
    "type": "object",
    "additionalProperties": false,
    "required": [
      "ETag"
    ],
    "properties": {
      "ETag": {
        "type": "string",
        "minLength": 2,
        "maxLength": 128
      },
      "ChecksumCRC32": {
        "type": "string",
        "maxLength": 128
      },
      "ChecksumCRC32C": {
        "type": "string",
        "maxLength": 128
      },
      "ChecksumCRC64NVME": {
        "type": "string",
        "maxLength": 128
      },
      "ChecksumSHA1": {
        "type": "string",
        "maxLength": 128
      },
      "ChecksumSHA256": {
        "type": "string",
        "maxLength": 128
      },
      "ChecksumSHA512": {
        "type": "string",
        "maxLength": 128
      },
      "ChecksumMD5": {
        "type": "string",
        "maxLength": 128
      },
      "ChecksumXXHASH64": {
        "type": "string",
        "maxLength": 128
      },
      "ChecksumXXHASH3": {
        "type": "string",
        "maxLength": 128
      },
      "ChecksumXXHASH128": {
        "type": "string",
        "maxLength": 128
      },
      "SSECustomerAlgorithm": {
        "type": "string",
        "enum": [
          "AES256"
        ]
      },
      "SSECustomerKeyMD5": {
        "type": "string",
        "maxLength": 64
      }
    }
  },
  "upload-part.request.v1": {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "urn:predastore:schema:upload-part.request.v1",
    "title": "io.predastore.s3.v1.UploadPartRequest",
    "type": "object",
    "additionalProperties": false,
    "required": [
      "Bucket",
      "Key",
      "UploadId",
      "PartNumber"
    ],
    "properties": {
      "Bucket": {
        "type": "string",
        "minLength": 1,
        "maxLength": 255
      },
      "Key": {
        "type": "string",
        "minLength": 1,
        "maxLength": 16384
      },
      "UploadId": {
        "type": "string",
        "minLength": 1,
        "maxLength": 1024
      },
      "PartNumber": {
        "type": "integer",
        "minimum": -2147483648,
        "maximum": 2147483647
      },
      "ContentLength": {
        "type": "integer",
        "minimum": 0,
        "maximum": 9007199254740991
      },
      "ContentMD5": {
        "type": "string",
        "maxLength": 128
      },
      "ChecksumAlgorithm": {
        "type": "string",
        "enum": [
          "CRC32",
          "CRC32C",
          "CRC64NVME",
          "SHA1",
          "SHA256",
          "SHA512",
          "MD5",
          "XXHASH64",
          "XXHASH3",
          "XXHASH128"
        ]
      },
      "ChecksumCRC32": {
        "type": "string",
        "maxLength": 128
      },
      "ChecksumCRC32C": {
        "type": "string",
        "maxLength": 128
      },
      "ChecksumCRC64NVME": {
        "type": "string",
        "maxLength": 128
      },
      "ChecksumSHA1": {
        "type": "string",
        "maxLength": 128
      },
      "ChecksumSHA256": {
        "type": "string",
        "maxLength": 128
      },
      "ChecksumSHA512": {
        "type": "string",
        "maxLength": 128
      },
      "ChecksumMD5": {
        "type": "string",
        "maxLength": 128
      },
      "ChecksumXXHASH64": {
        "type": "string",
        "maxLength": 128
      },
      "ChecksumXXHASH3": {
        "type": "string",
        "maxLength": 128
      },
      "ChecksumXXHASH128": {
        "type": "string",
        "maxLength": 128
      },
      "Body": {
        "type": "string",
        "maxLength": 700000,
        "contentEncoding": "base64"
      },
      "ExpectedBucketOwner": {
        "type": "string",
        "maxLength": 64
      },
      "SSECustomerAlgorithm": {
        "type": "string",
        "maxLength": 64
      },
      "SSECustomerKey": {
        "type": "string",
        "maxLength": 128
      },
      "SSECustomerKeyMD5": {
        "type": "string",
        "maxLength": 64
      }
    }
  }
} as const;
