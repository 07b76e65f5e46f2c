// Generated from schemas/ and subjects/ by scripts/generate-contracts.ts. Do not edit.

export const OPERATIONS = {
  "AdminStatus": {
    "name": "AdminStatus",
    "subject": "s3.admin.status",
    "nodeSubject": "s3.admin.{nodeId}.status",
    "requestSchema": "admin-status.request.v1",
    "replySchema": "admin-status.reply.v1",
    "aliases": [],
    "takesBody": false,
    "returnsBody": false,
    "readOnly": true,
    "replyHeaders": []
  },
  "ListBuckets": {
    "name": "ListBuckets",
    "subject": "s3.listbuckets",
    "nodeSubject": "s3.node.{nodeId}.listbuckets",
    "queueGroup": "predastore",
    "requestSchema": "list-buckets.request.v1",
    "replySchema": "list-buckets.reply.v1",
    "aliases": [],
    "takesBody": false,
    "returnsBody": false,
    "readOnly": true,
    "replyHeaders": []
  },
  "CreateBucket": {
    "name": "CreateBucket",
    "subject": "s3.createbucket",
    "nodeSubject": "s3.node.{nodeId}.createbucket",
    "queueGroup": "predastore",
    "requestSchema": "create-bucket.request.v1",
    "replySchema": "create-bucket.reply.v1",
    "aliases": [],
    "takesBody": false,
    "returnsBody": false,
    "readOnly": false,
    "replyHeaders": []
  },
  "HeadBucket": {
    "name": "HeadBucket",
    "subject": "s3.headbucket",
    "nodeSubject": "s3.node.{nodeId}.headbucket",
    "queueGroup": "predastore",
    "requestSchema": "head-bucket.request.v1",
    "replySchema": "head-bucket.reply.v1",
    "aliases": [],
    "takesBody": false,
    "returnsBody": false,
    "readOnly": true,
    "replyHeaders": []
  },
  "DeleteBucket": {
    "name": "DeleteBucket",
    "subject": "s3.deletebucket",
    "nodeSubject": "s3.node.{nodeId}.deletebucket",
    "queueGroup": "predastore",
    "requestSchema": "delete-bucket.request.v1",
    "replySchema": "delete-bucket.reply.v1",
    "aliases": [],
    "takesBody": false,
    "returnsBody": false,
    "readOnly": false,
    "replyHeaders": []
  },
  "GetBucketLocation": {
    "name": "GetBucketLocation",
    "subject": "s3.getbucketlocation",
    "nodeSubject": "s3.node.{nodeId}.getbucketlocation",
    "queueGroup": "predastore",
    "requestSchema": "get-bucket-location.request.v1",
    "replySchema": "get-bucket-location.reply.v1",
    "aliases": [],
    "takesBody": false,
    "returnsBody": false,
    "readOnly": true,
    "replyHeaders": []
  },
  "PutObject": {
    "name": "PutObject",
    "subject": "s3.putobject",
    "nodeSubject": "s3.node.{nodeId}.putobject",
    "queueGroup": "predastore",
    "requestSchema": "put-object.request.v1",
    "replySchema": "put-object.reply.v1",
    "aliases": [],
    "takesBody": true,
    "returnsBody": false,
    "readOnly": false,
    "replyHeaders": [
      "X-Spx-Degraded-Write",
      "X-Predastore-Pool-Pressure"
    ]
  },
  "GetObject": {
    "name": "GetObject",
    "subject": "s3.getobject",
    "nodeSubject": "s3.node.{nodeId}.getobject",
    "queueGroup": "predastore",
    "requestSchema": "get-object.request.v1",
    "replySchema": "get-object.reply.v1",
    "aliases": [],
    "takesBody": false,
    "returnsBody": true,
    "readOnly": true,
    "replyHeaders": [
      "X-Spx-Degraded"
    ]
  },
  "HeadObject": {
    "name": "HeadObject",
    "subject": "s3.headobject",
    "nodeSubject": "s3.node.{nodeId}.headobject",
    "queueGroup": "predastore",
    "requestSchema": "head-object.request.v1",
    "replySchema": "head-object.reply.v1",
    "aliases": [],
    "takesBody": false,
    "returnsBody": false,
    "readOnly": true,
    "replyHeaders": []
  },
  "DeleteObject": {
    "name": "DeleteObject",
    "subject": "s3.deleteobject",
    "nodeSubject": "s3.node.{nodeId}.deleteobject",
    "queueGroup": "predastore",
    "requestSchema": "delete-object.request.v1",
    "replySchema": "delete-object.reply.v1",
    "aliases": [],
    "takesBody": false,
    "returnsBody": false,
    "readOnly": false,
    "replyHeaders": []
  },
  "DeleteObjects": {
    "name": "DeleteObjects",
    "subject": "s3.deleteobjects",
    "nodeSubject": "s3.node.{nodeId}.deleteobjects",
    "queueGroup": "predastore",
    "requestSchema": "delete-objects.request.v1",
    "replySchema": "delete-objects.reply.v1",
    "aliases": [],
    "takesBody": false,
    "returnsBody": false,
    "readOnly": false,
    "replyHeaders": []
  },
  "ListObjectsV2": {
    "name": "ListObjectsV2",
    "subject": "s3.listobjectsv2",
    "nodeSubject": "s3.node.{nodeId}.listobjectsv2",
    "queueGroup": "predastore",
    "requestSchema": "list-objects-v2.request.v1",
    "replySchema": "list-objects-v2.reply.v1",
    "aliases": [],
    "takesBody": false,
    "returnsBody": false,
    "readOnly": true,
    "replyHeaders": []
  },
  "ListObjects": {
    "name": "ListObjects",
    "subject": "s3.listobjects",
    "nodeSubject": "s3.node.{nodeId}.listobjects",
    "queueGroup": "predastore",
    "requestSchema": "list-objects.request.v1",
    "replySchema": "list-objects.reply.v1",
    "aliases": [],
    "takesBody": false,
    "returnsBody": false,
    "readOnly": true,
    "replyHeaders": []
  },
  "CreateMultipartUpload": {
    "name": "CreateMultipartUpload",
    "subject": "s3.createmultipartupload",
    "nodeSubject": "s3.node.{nodeId}.createmultipartupload",
    "queueGroup": "predastore",
    "requestSchema": "create-multipart-upload.request.v1",
    "replySchema": "create-multipart-upload.reply.v1",
    "aliases": [
      "s3.multipart.init"
    ],
    "takesBody": false,
    "returnsBody": false,
    "readOnly": false,
    "replyHeaders": []
  },
  "UploadPart": {
    "name": "UploadPart",
    "subject": "s3.uploadpart",
    "nodeSubject": "s3.node.{nodeId}.uploadpart",
    "queueGroup": "predastore",
    "requestSchema": "upload-part.request.v1",
    "replySchema": "upload-part.reply.v1",
    "aliases": [
      "s3.multipart.upload"
    ],
    "takesBody": true,
    "returnsBody": false,
    "readOnly": false,
    "replyHeaders": [
      "X-Spx-Degraded-Write",
      "X-Predastore-Pool-Pressure"
    ]
  },
  "UploadPartCopy": {
    "name": "UploadPartCopy",
    "subject": "s3.uploadpartcopy",
    "nodeSubject": "s3.node.{nodeId}.uploadpartcopy",
    "queueGroup": "predastore",
    "requestSchema": "upload-part-copy.request.v1",
    "replySchema": "upload-part-copy.reply.v1",
    "aliases": [],
    "takesBody": false,
    "returnsBody": false,
    "readOnly": false,
    "replyHeaders": [
      "X-Spx-Degraded-Write",
      "X-Predastore-Pool-Pressure"
    ]
  },
  "CompleteMultipartUpload": {
    "name": "CompleteMultipartUpload",
    "subject": "s3.completemultipartupload",
    "nodeSubject": "s3.node.{nodeId}.completemultipartupload",
    "queueGroup": "predastore",
    "requestSchema": "complete-multipart-upload.request.v1",
    "replySchema": "complete-multipart-upload.reply.v1",
    "aliases": [
      "s3.multipart.complete"
    ],
    "takesBody": false,
    "returnsBody": false,
    "readOnly": false,
    "replyHeaders": []
  },
  "AbortMultipartUpload": {
    "name": "AbortMultipartUpload",
    "subject": "s3.abortmultipartupload",
    "nodeSubject": "s3.node.{nodeId}.abortmultipartupload",
    "queueGroup": "predastore",
    "requestSchema": "abort-multipart-upload.request.v1",
    "replySchema": "abort-multipart-upload.reply.v1",
    "aliases": [
      "s3.multipart.abort"
    ],
    "takesBody": false,
    "returnsBody": false,
    "readOnly": false,
    "replyHeaders": []
  },
  "ListParts": {
    "name": "ListParts",
    "subject": "s3.listparts",
    "nodeSubject": "s3.node.{nodeId}.listparts",
    "queueGroup": "predastore",
    "requestSchema": "list-parts.request.v1",
    "replySchema": "list-parts.reply.v1",
    "aliases": [],
    "takesBody": false,
    "returnsBody": false,
    "readOnly": true,
    "replyHeaders": []
  },
  "ListMultipartUploads": {
    "name": "ListMultipartUploads",
    "subject": "s3.listmultipartuploads",
    "nodeSubject": "s3.node.{nodeId}.listmultipartuploads",
    "queueGroup": "predastore",
    "requestSchema": "list-multipart-uploads.request.v1",
    "replySchema": "list-multipart-uploads.reply.v1",
    "aliases": [],
    "takesBody": false,
    "returnsBody": false,
    "readOnly": true,
    "replyHeaders": []
  },
  "CopyObject": {
    "name": "CopyObject",
    "subject": "s3.copyobject",
    "nodeSubject": "s3.node.{nodeId}.copyobject",
    "queueGroup": "predastore",
    "requestSchema": "copy-object.request.v1",
    "replySchema": "copy-object.reply.v1",
    "aliases": [],
    "takesBody": false,
    "returnsBody": false,
    "readOnly": false,
    "replyHeaders": [
      "X-Spx-Degraded-Write"
    ]
  },
  "GetObjectAttributes": {
    "name": "GetObjectAttributes",
    "subject": "s3.getobjectattributes",
    "nodeSubject": "s3.node.{nodeId}.getobjectattributes",
    "queueGroup": "predastore",
    "requestSchema": "get-object-attributes.request.v1",
    "replySchema": "get-object-attributes.reply.v1",
    "aliases": [],
    "takesBody": false,
    "returnsBody": false,
    "readOnly": true,
    "replyHeaders": []
  }
} as const;
